import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { normaliseTime } from '../../src/alert/time.ts';

describe('a time', () => {
  it('is UTC unless it has a zone (VOEvent 2.0 §3.2.2)', () => {
    const times: Record<string, string> = {
      '2012-09-07T00:24:23.08': '2012-09-07T00:24:23.080Z',
      '2012-09-07T00:24:23Z': '2012-09-07T00:24:23.000Z',
      '2012-09-07 00:24:23 UTC': '2012-09-07T00:24:23.000Z',
      ' 2012-9-7T0:24:23,5\n': '2012-09-07T00:24:23.500Z',
      '2012-09-07T00:24': '2012-09-07T00:24:00.000Z',
      '2012-09-07': '2012-09-07T00:00:00.000Z',
      '2012-09-07T00:24:23+02:00': '2012-09-06T22:24:23.000Z',
      '2012-09-07T00:24:23.5-0830': '2012-09-07T08:54:23.500Z',
      '2012-09-07T24:00:00': '2012-09-08T00:00:00.000Z',
      '2012-09-07T00:24:23.': '2012-09-07T00:24:23.000Z',
      '2006-07-7T00:00:00+0000': '2006-07-07T00:00:00.000Z',
      '2024-09-18 07:19:03.518831+00:00': '2024-09-18T07:19:03.518831Z',
    };
    for (const [written, meant] of Object.entries(times)) assert.equal(normaliseTime(written), meant, written);
  });

  it('keeps the fraction of a second as finely as it is written', () => {
    assert.equal(normaliseTime('2019-04-25T08:18:05.017147'), '2019-04-25T08:18:05.017147Z');
    assert.equal(normaliseTime('2012-09-07T00:24:23.9999000'), '2012-09-07T00:24:23.9999Z');
    assert.equal(Date.parse('2019-04-25T08:18:05.017147Z'), Date.parse('2019-04-25T08:18:05.017Z'));
  });

  it('may be a leap second, which is the first of the next minute', () => {
    assert.equal(normaliseTime('2016-12-31T23:59:60.5'), '2017-01-01T00:00:00.500Z');
  });

  it('is none when there is no such day, hour or minute', () => {
    const none = [
      '0099-01-01',
      '2026-01-01T24:00:01',
      '2026-02-30',
      '2026-13-01',
      '2026-00-10',
      '2026-01-01T25:00:00',
      '2026-01-01T00:60:00',
    ];
    for (const text of [
      ...none,
      '2026-01-01T00:00:61',
      '2026-01-32',
      '',
      'now',
      '1353542400',
      '20261122T100000',
      '12/07/2026',
      ...['2026-01-01T00:00:00+99:00', '2026-01-01T00:00:00+01:60'],
      // They would be in the year 10000.
      ...['9999-12-31T24:00:00', '9999-12-31T23:59:60', '9999-12-31T23:59:59-01:00'],
    ]) {
      assert.equal(normaliseTime(text), undefined, text);
    }
    assert.equal(normaliseTime(undefined), undefined);
  });

  it('that JavaScript has written is read as it was', () => {
    const dates = fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(dates, (date) => {
        assert.equal(normaliseTime(date.toISOString()), date.toISOString());
        assert.equal(normaliseTime(date.toISOString().slice(0, -1)), date.toISOString());
      }),
    );
  });

  it('never is an exception', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^\d{4}-\d{1,2}-\d{1,2}T\d\d:\d\d(:\d\d)?[+-]\d\d:\d\d$/));
    fc.assert(fc.property(text, (written) => void normaliseTime(written)));
  });
});
