import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { tooOld } from '../../src/alert/age.ts';
import { createDecoder } from '../../src/alert/decode.ts';
import { type Alert, ROLES, type Role } from '../../src/alert/model.ts';
import { handlerSchema } from '../../src/dispatch/settings.ts';
import { decide, type Selection } from '../../src/rules/router.ts';
import { compileRule } from '../../src/rules/rule.ts';
import { sampleAlert, withoutFields } from '../support/plugin-context.ts';

const NOW = Date.parse('2026-11-22T10:00:10Z');
const MINUTE = 60_000;

const handler = (changes: Partial<Selection> = {}): Selection => ({
  handler: 'slew',
  roles: handlerSchema().parse({ plugin: 'exec' }).roles,
  rule: undefined,
  maxAgeMs: undefined,
  ...changes,
});

function verdict(selection: Selection, changes: Partial<Alert> = {}) {
  const [only, ...others] = decide([selection], sampleAlert(changes), NOW);
  assert.deepEqual(others, []);
  assert.ok(only);
  return only;
}

describe('a handler', () => {
  it('takes observations when it names no roles', () => {
    assert.deepEqual(handler().roles, ['observation']);
    assert.deepEqual(verdict(handler()), { handler: 'slew', fired: true, why: 'its role is observation' });
    for (const role of ['prediction', 'utility'] as const) {
      assert.deepEqual(verdict(handler(), { role }), {
        handler: 'slew',
        fired: false,
        why: `its role is ${role}, and the handler takes only observation`,
      });
    }
  });

  it('takes each role that it names and no other', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...ROLES), { minLength: 1 }),
        fc.constantFrom(...ROLES),
        (roles, role) => {
          const { fired } = verdict(handler({ roles }), { role, test: role === 'test' });
          assert.equal(fired, roles.includes(role));
        },
      ),
    );
  });

  it('that does not name test never gets one, whatever its role, its rule and its other roles', () => {
    const roles: Role[] = ['observation', 'prediction', 'utility'];
    fc.assert(
      fc.property(fc.constantFrom(...ROLES), fc.boolean(), (role, hasRule) => {
        const selection = handler({ roles, rule: hasRule ? compileRule('true') : undefined });
        assert.equal(verdict(selection, { role, test: true }).fired, false);
      }),
    );
  });

  it('says of a test why it is one', () => {
    assert.equal(
      verdict(handler(), { role: 'test', test: true }).why,
      'its role is test, and the handler takes only observation',
    );
    assert.equal(
      verdict(handler(), { test: true }).why,
      'it is marked as a test, though its role is observation, and the handler takes only observation',
    );
  });

  it('with roles [test] gets tests by role and tests by mark, and says so', () => {
    const tests = handler({ roles: ['test'] });
    assert.deepEqual(verdict(tests, { role: 'test', test: true }), {
      handler: 'slew',
      fired: true,
      why: 'its role is test, and the handler takes tests',
    });
    assert.deepEqual(verdict(tests, { test: true }), {
      handler: 'slew',
      fired: true,
      why: 'it is marked as a test, though its role is observation, and the handler takes tests',
    });
    assert.equal(verdict(tests).fired, false);
  });

  it('asks its rule only about alerts of its roles', () => {
    const rule = compileRule('alert.errorRadius < 1.0');
    assert.match(verdict(handler({ rule })).why, /^the rule is true: /);
    assert.match(verdict(handler({ rule }), { errorRadius: 2 }).why, /^the rule is false: /);
    assert.match(verdict(handler({ rule }), { role: 'utility' }).why, /^its role is utility/);
  });

  it('gets a verdict in the order of the configuration', () => {
    const handlers = ['c', 'a', 'b'].map((name) => handler({ handler: name }));
    assert.deepEqual(
      decide(handlers, sampleAlert(), NOW).map((one) => one.handler),
      ['c', 'a', 'b'],
    );
    assert.deepEqual(decide([], sampleAlert(), NOW), []);
  });
});

describe('a packet whose role nobody knows, or that is marked as a test', () => {
  for (const [name, attribute, param] of [
    ['role test', 'test', ''],
    ['an unknown role', 'obsevation', ''],
    ['a mark', 'observation', '<What><Param name="Test_Submission" value="true"/></What>'],
  ] as const) {
    it(`reaches no handler without test: ${name}`, async () => {
      const decoder = await createDecoder();
      const packet = Buffer.from(
        `<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0" role="${attribute}" ivorn="ivo://a.b/c#1">${param}</voe:VOEvent>`,
      );
      const alert = decoder.decode(packet, { source: 's', receivedAt: '2026-11-22T10:00:00.000Z' });
      const all = handler({ roles: ['observation', 'prediction', 'utility'] });
      const [held, sent] = decide([all, handler({ roles: ['test'] })], alert, NOW);
      assert.equal(held?.fired, false);
      assert.equal(sent?.fired, true);
    });
  }
});

describe('maxAge', () => {
  const at = (offsetMs: number) => new Date(NOW + offsetMs).toISOString();
  const stale = (date: string | undefined, receivedAt: string, maxAgeMs: number | undefined = 10 * MINUTE) => {
    const alert =
      date === undefined ? withoutFields(sampleAlert({ receivedAt }), 'date') : sampleAlert({ date, receivedAt });
    return tooOld(alert, maxAgeMs, NOW);
  };

  it('lets an alert through until it is older', () => {
    assert.equal(stale(at(-10 * MINUTE), at(0)), undefined);
    assert.equal(stale(at(-10 * MINUTE - 1), at(0)), "it is 10m old, and the handler's maxAge is 10m");
  });

  it('counts from when the alert was written, though it arrived now: a back-fill', () => {
    assert.equal(stale(at(-90 * MINUTE), at(0)), "it is 1h 30m old, and the handler's maxAge is 10m");
  });

  it('counts from its arrival, though its date lies in the future: a wrong clock', () => {
    assert.equal(stale(at(1_000 * MINUTE), at(-MINUTE)), undefined);
    assert.match(stale(at(1_000 * MINUTE), at(-11 * MINUTE)) ?? '', /^it is 11m old/);
  });

  it('counts from its arrival where it bears no date: a restart', () => {
    assert.equal(stale(undefined, at(-9 * MINUTE)), undefined);
    assert.match(stale(undefined, at(-11 * MINUTE)) ?? '', /^it is 11m old/);
  });

  it('is no limit when it is not set', () => {
    assert.equal(tooOld(sampleAlert({ date: '1999-01-01T00:00:00Z' }), undefined, NOW), undefined);
  });

  it('holds an alert back before its rule is asked', () => {
    const selection = handler({ maxAgeMs: MINUTE, rule: compileRule('true') });
    const { fired, why } = verdict(selection, { date: at(-2 * MINUTE) });
    assert.equal(fired, false);
    assert.equal(why, "it is 2m old, and the handler's maxAge is 1m");
  });
});
