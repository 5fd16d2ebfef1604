import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PluginFailure } from '../../src/plugin/failure.ts';
import { compileTemplate, TEMPLATE_ALERT_FIELDS } from '../../src/plugin/template.ts';
import { fullAlert, sampleAlert, withoutFields } from '../support/plugin-context.ts';

const render = (text: string, changes = {}, encode?: (value: string) => string) =>
  compileTemplate(text).render(sampleAlert(changes), encode);

describe('a template', () => {
  it('fills fields of the alert, its params and its reception', () => {
    assert.equal(
      render(
        '{alert.ra} {alert.dec} {alert.test} {alert.author} {param.TrigID} {received.date}T{received.year}/{received.month}/{received.day}',
      ),
      '83.6331 22.0145 false VO-GCN 532871 2026-11-22T2026/11/22',
    );
  });

  it('knows each of its fields of an alert', () => {
    assert.ok(TEMPLATE_ALERT_FIELDS.length > 10);
    for (const field of TEMPLATE_ALERT_FIELDS) {
      const text = compileTemplate(`{alert.${field}}`).render(fullAlert());
      assert.ok(text.length > 0 && !/[{}]/.test(text), field);
    }
  });

  it('says what others have failed at, in words', () => {
    const stuck = { handler: 'slew', outcome: 'the mount is stuck', attempts: 3, endedAt: '2026-11-22T10:00:10.000Z' };
    const told = compileTemplate('{alert.local}: {because}');
    const one = told.render(sampleAlert({ local: 'a' }), undefined, [stuck]);
    assert.equal(one, 'a: slew failed after 3 attempts: the mount is stuck');
    const shout = (value: string) => value.toUpperCase();
    const two = compileTemplate('{because}').render(sampleAlert(), shout, [
      stuck,
      { ...stuck, handler: 'focus', attempts: 1 },
    ]);
    assert.equal(two, 'SLEW FAILED AFTER 3 ATTEMPTS: THE MOUNT IS STUCK; FOCUS FAILED: THE MOUNT IS STUCK');
    assert.equal(render('{because|it fired}'), 'it fired');
    assert.throws(
      () => render('{because}'),
      /^PluginFailure: Cannot fill \{because\}: nothing has failed before\. Write/,
    );
  });

  it('knows the file name extension of the packet', () => {
    assert.equal(render('{received.extension}'), 'xml');
    assert.equal(compileTemplate('{received.extension}').render(sampleAlert({ format: 'gcn' })), 'json');
  });

  it('keeps its own text and any other braces, so that JSON needs no escaping', () => {
    const text = '{"a": {"b": "{alert.id}"}, "c": [{}], "{x}": "{other.thing}"}';
    assert.equal(render(text), text.replace('{alert.id}', '0123456789abcdef'));
    assert.equal(compileTemplate(text).text, text);
  });

  it('keeps any text without places as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!/\{(because|(alert|param|received)\.)/.test(text));
        assert.equal(render(text), text);
      }),
    );
  });

  it('never fills what a value brings', () => {
    assert.equal(render('{alert.local}{param.TrigID}', { local: '{alert.id}$&$1' }), '{alert.id}$&$1532871');
  });

  it('encodes each value and no text around it, defaults included', () => {
    assert.equal(
      render('a/{alert.stream}/{param.None|x/y}', { stream: 's/t' }, (value) => value.replaceAll('/', '%')),
      'a/s%t/x%y',
    );
  });

  it('takes the first of several params of one name, and an empty value as a value', () => {
    const params = [
      { name: 'A', value: '' },
      { name: 'A', value: 'second', group: 'G' },
    ];
    assert.equal(render('[{param.A|none}]', { params }), '[]');
  });

  it('takes a param whose name has dots and spaces', () => {
    const params = [{ name: 'Sun Dist. (deg)', value: '57' }];
    assert.equal(render('{param.Sun Dist. (deg)}', { params }), '57');
  });

  it('takes the default, which may be empty, when the alert lacks the value', () => {
    const alert = withoutFields(sampleAlert(), 'ra');
    assert.equal(compileTemplate('{alert.ra|none}{alert.ra|}').render(alert), 'none');
    assert.equal(compileTemplate('{alert.ra|none}').render(sampleAlert({ ra: 0 })), '0');
  });

  it('ends the delivery when the alert lacks a value without default, and says what to write', () => {
    const alert = withoutFields(sampleAlert(), 'ra');
    assert.throws(
      () => compileTemplate('--ra={alert.ra}').render(alert),
      (error) =>
        error instanceof PluginFailure &&
        !error.retryable &&
        /^Cannot fill \{alert\.ra\}: .* Write \{alert\.ra\|DEFAULT\}/.test(error.message),
    );
  });

  it('is refused when it names a field that does not exist, with the nearest one', () => {
    assert.throws(() => compileTemplate('{alert.eror_radius}'), /^Error: \{alert\.eror_radius\} names no field/);
    assert.throws(() => compileTemplate('{alert.ivron}'), /did you mean ivorn\?/);
    assert.throws(() => compileTemplate('{received.hour}'), /names no field/);
    for (const name of ['constructor', '__proto__', 'toString']) {
      assert.throws(() => compileTemplate(`{alert.${name}}`), /names no field/);
    }
  });
});
