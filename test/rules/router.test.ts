import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { tooOld } from '../../src/alert/age.ts';
import { createDecoder } from '../../src/alert/decode.ts';
import { type Alert, ROLES, type Role } from '../../src/alert/model.ts';
import { glob } from '../../src/rules/glob.ts';
import { decide } from '../../src/rules/router.ts';
import { compileRule } from '../../src/rules/rule.ts';
import type { Selection } from '../../src/rules/selection.ts';
import { sampleAlert, withoutFields } from '../support/plugin-context.ts';
import { circumstances, selection as selectionFor } from '../support/selection.ts';

const NOW = Date.parse('2026-11-22T10:00:10Z');
const MINUTE = 60_000;

const handler = (changes: Partial<Selection> = {}) => selectionFor('slew', changes);

function verdict(selection: Selection, changes: Partial<Alert> = {}) {
  const [only, ...others] = decide([selection], circumstances({ alert: sampleAlert(changes), now: NOW }));
  assert.deepEqual(others, []);
  assert.ok(only);
  return only;
}

describe('a handler', () => {
  it('takes observations when it names no roles', () => {
    assert.deepEqual(handler().roles, ['observation']);
    assert.deepEqual(verdict(handler()), {
      ...{ handler: 'slew', fired: true, why: 'its role is observation', passed: ['roles'] },
    });
    for (const role of ['prediction', 'utility'] as const) {
      assert.deepEqual(verdict(handler(), { role }), {
        handler: 'slew',
        fired: false,
        why: `its role is ${role}, and the handler takes only observation`,
        ...{ passed: [], refused: 'roles' },
      });
    }
  });

  it('takes nothing when it is the onDead of others', () => {
    const fallback = handler({ fallbackOf: ['slew', 'focus'] });
    assert.deepEqual(verdict(fallback), {
      ...{ handler: 'slew', fired: false, why: 'the handler gets only what fails for good in slew, focus' },
      ...{ passed: [], refused: 'onDead' },
    });
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
      passed: ['roles'],
    });
    assert.deepEqual(verdict(tests, { test: true }), {
      handler: 'slew',
      fired: true,
      why: 'it is marked as a test, though its role is observation, and the handler takes tests',
      passed: ['roles'],
    });
    assert.equal(verdict(tests).fired, false);
  });

  it('asks its rule only about alerts of its roles', () => {
    const rule = compileRule('alert.errorRadius < 1.0');
    assert.match(verdict(handler({ rule })).why, /^the rule is true: /);
    assert.match(verdict(handler({ rule }), { errorRadius: 2 }).why, /^alert\.errorRadius < 1\.0 is false/);
    assert.match(verdict(handler({ rule }), { role: 'utility' }).why, /^its role is utility/);
  });

  it('gets a verdict in the order of the configuration', () => {
    const handlers = ['c', 'a', 'b'].map((name) => handler({ handler: name }));
    assert.deepEqual(
      decide(handlers, circumstances()).map((one) => one.handler),
      ['c', 'a', 'b'],
    );
    assert.deepEqual(decide([], circumstances()), []);
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
      const [held, sent] = decide([all, handler({ roles: ['test'] })], circumstances({ alert, now: NOW }));
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

describe('tests: pretend', () => {
  const rehearsing = handler({ tests: 'pretend' });

  it('rehearses with tests, and with nothing else', () => {
    assert.equal(verdict(rehearsing, { role: 'test', test: true }).mode, 'pretend');
    assert.equal(verdict(rehearsing, { test: true }).mode, 'pretend');
    assert.equal('mode' in verdict(rehearsing), false);
    assert.equal(verdict(rehearsing, { role: 'utility', test: true }).fired, false);
    assert.equal('mode' in verdict(handler({ roles: ['test'] }), { role: 'test', test: true }), false);
  });

  it('is what mode: pretend makes of everything', () => {
    assert.equal(verdict(handler({ mode: 'pretend' })).mode, 'pretend');
  });
});

describe('the shorthands', () => {
  const refused = (changes: Partial<Selection>, alert: Partial<Alert> = {}) => verdict(handler(changes), alert).refused;

  it('refuse what fits none of them, and say which was not held', () => {
    assert.equal(refused({ streams: [glob('nasa.*')] }), undefined);
    assert.equal(refused({ streams: [glob('lsst*')] }), 'streams');
    assert.equal(refused({ topics: [glob('*')] }), 'topics');
    assert.equal(refused({ kinds: ['update'] }), 'kinds');
    assert.equal(refused({ minImportance: 0.95 }), undefined);
    assert.equal(refused({ minImportance: 0.96 }), 'minImportance');
    assert.equal(refused({ maxErrorRadius: 0.05 }), undefined);
    assert.equal(refused({ maxErrorRadius: 0.01 }), 'maxErrorRadius');
    assert.deepEqual(verdict(handler({ kinds: ['new'], minImportance: 0.5 })).passed, [
      'roles',
      'kinds',
      'minImportance',
    ]);
  });
});

describe('a handler that cancels', () => {
  const cancelling = handler({ cancels: true });
  const decided = (changes: Parameters<typeof circumstances>[0], one = cancelling) =>
    decide([one], circumstances(changes))[0];
  const thread = (retracted: boolean) => () => ({ first: false, retracted, previous: undefined, moved: undefined });

  it('does not get what was retracted or superseded, though that was heard first, nor the retraction itself', () => {
    assert.equal(decided({})?.fired, true);
    assert.equal(decided({ thread: thread(true) })?.why, 'the event has been retracted');
    assert.equal(decided({ superseder: () => 'ivo://a/b#2' })?.why, 'it has been superseded by ivo://a/b#2');
    assert.match(decided({ alert: sampleAlert({ kind: 'retraction' }) })?.why ?? '', /only cancels/);
    const other = { thread: thread(true), superseder: () => 'ivo://a/b#2' };
    assert.equal(decided(other, handler())?.fired, true);
  });

  it('asks what it has got without what the alert withdraws', () => {
    const asked: unknown[] = [];
    const delivered = (recipient: unknown) => void asked.push(recipient);
    decided({ delivered }, handler({ cancels: true, once: true }));
    assert.deepEqual(asked, [{ handler: 'slew', cancels: true, pretends: false }]);
  });
});

describe('a handler with options for retractions', () => {
  const retraction = sampleAlert({ kind: 'retraction' });
  const undoing = handler({ retracts: true, cancels: true, maxAgeMs: 1, rule: compileRule('false') });

  it('gets a retraction if it has begun with the event, whatever its rule and the age', () => {
    const [got] = decide([undoing], circumstances({ alert: retraction, begun: () => true }));
    assert.deepEqual([got?.fired, got?.retraction], [true, true]);
    const [none] = decide([undoing], circumstances({ alert: retraction }));
    assert.deepEqual([none?.fired, none?.refused], [false, 'retraction']);
  });

  it('gets no test of one unless it takes tests', () => {
    const alert = sampleAlert({ kind: 'retraction', role: 'test', test: true });
    const all = { alert, begun: () => true };
    assert.equal(decide([undoing], circumstances(all))[0]?.fired, false);
    const [rehearsed] = decide([handler({ retracts: true, tests: 'pretend' })], circumstances(all));
    assert.deepEqual([rehearsed?.mode, rehearsed?.retraction], ['pretend', true]);
  });
});
