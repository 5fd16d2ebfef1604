import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decimal, toDegrees } from '../../src/alert/angle.ts';
import { perSecond } from '../../src/alert/rates.ts';

describe('an angle', () => {
  it('is in degrees after its unit', () => {
    const angles: [string, string | undefined, number | undefined, number | undefined][] = [
      // text, unit, as right ascension, as declination
      ['10.5', undefined, 10.5, 10.5],
      ['-10', 'deg', -10, -10],
      ['1', 'h', 15, 1],
      ['1', 'hours', 15, 1],
      ['60', 'arcmin', 1, 1],
      ['3600', 'arcsec', 1, 1],
      ['3600000', 'mas', 1, 1],
      ['01:30:00', undefined, 22.5, 1.5],
      ['01:30:00', 'deg', 1.5, 1.5],
      ['01:30:00', 'hms', 22.5, 1.5],
      ['1h30m00s', 'deg', 22.5, 1.5],
      ['-00 30 36', undefined, -7.65, -0.51],
      ['+12°30\'00"', 'dms', 12.5, 12.5],
      ['01:60:00', undefined, undefined, undefined],
      ['01:00:60', undefined, undefined, undefined],
      ['', undefined, undefined, undefined],
      ['12:30', undefined, undefined, undefined],
      ['north', undefined, undefined, undefined],
      ['1'.repeat(100), undefined, undefined, undefined],
    ];
    for (const [text, unit, ra, dec] of angles) {
      for (const [axis, expected] of [['ra', ra] as const, ['dec', dec] as const]) {
        const degrees = toDegrees(text, unit, axis);
        const isRight = expected === undefined ? degrees === undefined : Math.abs((degrees ?? 1e9) - expected) < 1e-9;
        assert.ok(isRight, `${text} ${unit} as ${axis} is ${degrees}`);
      }
    }
  });
});

describe('a number', () => {
  it('is decimal, finite and short', () => {
    const numbers: Record<string, number> = { '1': 1, ' -1.5e3 ': -1500, '.5': 0.5, '5.': 5, '+0': 0, '1E-7': 1e-7 };
    for (const [text, value] of Object.entries(numbers)) assert.equal(decimal(text), value, text);
    const none = ['0x10', '1e400', 'NaN', 'Infinity', '', ' ', '1,5', '--1', '1e', '.', '9'.repeat(61)];
    for (const text of none) assert.equal(decimal(text), undefined, text);
    assert.equal(decimal(undefined), undefined);
  });
});

describe('a rate', () => {
  it('is per second after its unit, and unknown in an unknown one', () => {
    const year = 31_557_600;
    const units: Record<string, number> = { Hz: 1, 's^-1': 1, 's-1': 1, '1/s': 1, mHz: 0.001, 'per day': 1 / 86_400 };
    for (const unit of ['events/day', 'd^-1', ' 1 / days ']) units[unit] = 1 / 86_400;
    for (const unit of ['yr^-1', 'yr-1', 'yr**-1', '1/yr', '/yr', 'per year', 'years^-1', 'yr^(-1)'])
      units[unit] = 1 / year;
    for (const [unit, expected] of Object.entries(units)) {
      assert.ok(Math.abs((perSecond(1, unit) ?? 1e9) / expected - 1) < 1e-9, `${unit}: ${perSecond(1, unit)}`);
    }
    const unknown = [
      '',
      'sigma',
      'yr',
      'yr^-2',
      'Hz/deg^2',
      'MHz',
      'per fortnight',
      'yr^-1 sr^-1',
      `${'a'.repeat(1e4)}^-1`,
      ...['constructor^-1', '1/constructor', 'per valueof', '__proto__-1'],
    ];
    for (const unit of unknown) assert.equal(perSecond(1, unit), undefined, unit.slice(0, 40));
  });
});
