import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Alert } from '../../src/alert/model.ts';
import type { PastDelivery } from '../../src/journal/ledger.ts';
import type { StoredAlert } from '../../src/journal/stored.ts';
import { History } from '../../src/pipeline/history.ts';
import { sampleAlert } from '../support/plugin-context.ts';

const NOW = Date.parse('2026-11-22T10:00:10Z');

/** A history whose journal has these, by thread. */
function setUp(
  known: Record<string, { last?: Partial<Alert>; retracted?: boolean; delivered?: Partial<Alert> }> = {},
  { pretended = false } = {},
) {
  const alerts: Alert[] = [];
  const asked: string[] = [];
  const store = (changes: Partial<Alert> | undefined): StoredAlert | undefined => {
    if (changes === undefined) return undefined;
    alerts.push(sampleAlert(changes));
    return { seq: alerts.length } as StoredAlert;
  };
  const first = <Value>(threads: readonly string[], read: (of: (typeof known)[string]) => Value | undefined) =>
    threads
      .map((thread) => (known[thread] === undefined ? undefined : read(known[thread])))
      .find((one) => one !== undefined);
  const journal = {
    lastOf: (threads: readonly string[]) => {
      asked.push('lastOf');
      return store(first(threads, ({ last }) => last));
    },
    isRetracted: (threads: readonly string[]) => first(threads, ({ retracted }) => retracted) === true,
    alert: (seq: number) => ({ seq }) as StoredAlert,
    supersederOf: () => undefined,
    deliveriesOf: (threads: readonly string[]): PastDelivery[] => {
      const stored = store(first(threads, ({ delivered }) => delivered));
      if (stored === undefined) return [];
      return [
        {
          seq: stored.seq,
          name: 'ivo://a/b#c',
          date: undefined,
          begun: true,
          isOpen: false,
          pretended,
          skipped: false,
        },
      ];
    },
  };
  return { history: new History(journal, ({ seq }) => alerts[seq - 1]), asked };
}

const joined = (thread: string, merged: readonly string[] = []) => ({ thread, merged });
const fires = (handler: string) => [{ handler, fired: true, why: '' }];

describe('what came before', () => {
  it('is looked up only when it is asked for, and what is asked for once, once', () => {
    const { history, asked } = setUp({ a: { last: { ra: 80 } } });
    const circumstances = history.circumstances(sampleAlert(), joined('a'), NOW);
    assert.deepEqual(asked, []);
    assert.equal(circumstances.thread().previous?.ra, 80);
    assert.equal(circumstances.thread().first, false);
    assert.deepEqual(asked, ['lastOf']);
  });

  it('is nothing for the first alert of a thread', () => {
    const { history } = setUp();
    const { thread, delivered } = history.circumstances(sampleAlert(), joined('a'), NOW);
    assert.deepEqual(thread(), { first: true, retracted: false, previous: undefined, moved: undefined });
    assert.equal(delivered({ handler: 'slew', cancels: false, pretends: false }), undefined);
  });

  it('says how far the position has moved, where both are known', () => {
    const { history } = setUp({ a: { last: { ra: 83.6331, dec: 20 } }, b: { last: { ra: undefined } as never } });
    const moved = (thread: string): number | undefined =>
      history.circumstances(sampleAlert(), joined(thread), NOW).thread().moved;
    assert.ok(Math.abs((moved('a') ?? 0) - 2.0145) < 1e-9);
    assert.equal(moved('b'), undefined);
  });

  it('is withdrawn by an earlier alert, by itself, and by one that came before it', () => {
    const { history } = setUp({ a: { last: {}, retracted: true } });
    const retracted = (thread: string, changes = {}): boolean =>
      history.circumstances(sampleAlert(changes), joined(thread), NOW).thread().retracted;
    assert.equal(retracted('a'), true);
    assert.equal(retracted('b'), false);
    assert.equal(retracted('b', { kind: 'retraction' }), true);
    history.remember(sampleAlert({ kind: 'retraction' }), joined('c'), []);
    assert.equal(retracted('c'), true);
  });

  it('knows the alerts of the same batch, which the journal does not have yet, and forgets them with it', () => {
    const { history } = setUp({ a: { last: { ra: 1 }, delivered: { ra: 1 } } });
    history.remember(sampleAlert({ ra: 2 }), joined('a'), fires('slew'));
    history.remember(sampleAlert({ ra: 3 }), joined('a'), fires('chat'));
    const { thread, delivered } = history.circumstances(sampleAlert(), joined('a'), NOW);
    assert.deepEqual(
      [
        thread().previous?.ra,
        delivered({ handler: 'slew', cancels: false, pretends: false })?.ra,
        delivered({ handler: 'chat', cancels: false, pretends: false })?.ra,
        delivered({ handler: 'mail', cancels: false, pretends: false })?.ra,
      ],
      [3, 2, 3, 1],
    );
    history.forget();
    assert.equal(history.circumstances(sampleAlert(), joined('a'), NOW).thread().previous?.ra, 1);
  });

  it('does not count what did not fire, nor what only withdrew', () => {
    const { history } = setUp();
    history.remember(sampleAlert(), joined('a'), [{ handler: 'slew', fired: false, why: '' }]);
    history.remember(sampleAlert(), joined('a'), [{ handler: 'slew', fired: true, why: '', retraction: true }]);
    assert.equal(
      history
        .circumstances(sampleAlert(), joined('a'), NOW)
        .delivered({ handler: 'slew', cancels: false, pretends: false }),
      undefined,
    );
  });

  it('counts what was only rehearsed for a rehearsal alone', () => {
    const { history } = setUp({ a: { delivered: { ra: 1 } } }, { pretended: true });
    const { delivered } = history.circumstances(sampleAlert(), joined('a'), NOW);
    assert.equal(delivered({ handler: 'slew', cancels: false, pretends: false }), undefined);
    assert.equal(delivered({ handler: 'slew', cancels: false, pretends: true })?.ra, 1);
  });

  it('follows threads that turn out to be one', () => {
    const { history } = setUp({ b: { last: { ra: 9 } } });
    history.remember(sampleAlert({ ra: 2 }), joined('b'), fires('slew'));
    assert.equal(
      history
        .circumstances(sampleAlert(), joined('a', ['b']), NOW)
        .delivered({ handler: 'slew', cancels: false, pretends: false })?.ra,
      2,
    );
    history.remember(sampleAlert({ ra: 3 }), joined('a', ['b']), []);
    assert.equal(
      history
        .circumstances(sampleAlert(), joined('a'), NOW)
        .delivered({ handler: 'slew', cancels: false, pretends: false })?.ra,
      2,
    );
  });
});
