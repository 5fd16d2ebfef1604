import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LONGEST_TEXT, statusSchema } from '../../src/web/model.ts';
import { statusOf } from '../../src/web/status.ts';
import { describeStatusPage } from '../../src/web/terminal.ts';
import { broker, facts, MINUTE, NOW, snapshot } from './snapshot.ts';

const status = (...changes: [Parameters<typeof snapshot>[0]?, Parameters<typeof facts>[0]?]) => {
  const made = statusOf(snapshot(changes[0]), facts(changes[1]), NOW);
  statusSchema.parse(made);
  return made;
};
const concern = (made: ReturnType<typeof status>) =>
  made.concerns.map(({ level, about, message }) => `${level} ${about}: ${message}`).join('\n');

describe('the status', () => {
  it('is well when everything is, and says so first', () => {
    const made = status();
    assert.deepEqual([made.level, made.concerns], ['ok', []]);
    const [source] = made.sources;
    assert.deepEqual(
      [source?.state, source?.lastMessageAt, source?.reconnects, source?.lastHour, source?.lastDay, source?.received],
      ['connected', '2026-11-27T11:59:30.000Z', 2, 3, 30, 10],
    );
    assert.match(describeStatusPage(made), /^All is well\.\n/);
  });

  const noFeed = {
    state: 'waiting',
    since: NOW - 9 * MINUTE,
    until: NOW + 1_000,
    reason: 'connection refused',
    broker: 'b:1',
  } as const;

  it('is red when a broker is silent for longer than its grace, and not before', () => {
    const within = broker({ ...noFeed, lastMessageAt: NOW - 179_000 });
    assert.equal(status({ sources: [within] }).level, 'ok');
    const made = status({ sources: [broker({ ...noFeed, lastMessageAt: NOW - 181_000 })] });
    assert.deepEqual([made.level, made.sources[0]?.level], ['red', 'red']);
    assert.match(
      concern(made),
      /^red source campus: Nothing has come for 3m 1s: connection refused\. It is tried again/,
    );
    assert.match(describeStatusPage(made), /^RED: source campus: Nothing has come/);
    assert.equal(made.sources[0]?.nextAttemptAt, '2026-11-27T12:00:01.000Z');
  });

  it('gives a broker that was never heard its grace from when it was configured', () => {
    const never = { ...noFeed, lastMessageAt: undefined };
    const since = (ms: number) => broker(never, { expectation: { ...broker().expectation, since: NOW - ms } });
    assert.equal(status({ sources: [since(100_000)] }).level, 'ok', 'also of one that a reload has just added');
    const made = status({ sources: [since(200_000)] });
    assert.match(concern(made), /Nothing has ever come from it: connection refused/);
  });

  it('is red when a broker takes connections and never says anything', () => {
    const mute = broker({ state: 'connected', since: NOW - 10_000, lastMessageAt: undefined } as never);
    assert.match(
      concern(status({ sources: [mute] })),
      /not even an iamalive, though broker\.example\.org:8099 is connected/,
    );
    const slow = broker({}, { expectation: { ...broker().expectation, silenceMs: 900_000 } });
    const patient = { ...slow, status: { ...slow.status, lastMessageAt: NOW - 600_000 } };
    assert.equal(status({ sources: [patient] }).level, 'ok', 'a broker may be as silent as the configuration lets it');
  });

  it('is red when no alert came for longer than one is expected', () => {
    const expectation = { ...broker().expectation, alertWithinMs: 4 * MINUTE };
    assert.match(
      concern(status({ sources: [broker({}, { expectation })] })),
      /^red source campus: No alert for 5m, and one is expected within 4m\.$/,
    );
    const never = { received: 0, duplicates: 0, bytes: 0, acks: 0, lastAlertAt: undefined };
    assert.match(
      concern(status({ sources: [broker({}, { expectation, totals: never })] })),
      /No alert since it was configured 2h ago/,
    );
  });

  it('is red when authors or subscribers cannot connect, or the journal cannot be written', () => {
    const deaf = { state: 'failed', address: '0.0.0.0:8098', reason: 'the address is in use' } as const;
    const { totals, expectation } = broker();
    const made = status({
      sources: [{ type: 'receiver', name: 'authors', totals, expectation, status: deaf }],
      broadcast: { ...deaf, address: '0.0.0.0:8099' },
      journalProblem: 'the disk is full (ENOSPC)',
    });
    assert.deepEqual(
      made.concerns.map(({ level, about }) => `${level} ${about}`),
      ['red journal', 'red source authors', 'red broadcast'],
    );
    assert.match(concern(made), /cannot be written: the disk is full \(ENOSPC\)\. Nothing is acknowledged/);
    assert.deepEqual(
      [made.journal.level, made.broadcast?.level, made.sources[0]?.reason],
      ['red', 'red', 'the address is in use'],
    );
  });

  it('is red when no handler gets anything because decisions cannot be recorded', () => {
    const made = status({ decisionProblem: 'the disk is full (ENOSPC)' });
    assert.deepEqual([made.level, made.journal.level, made.journal.problem], ['red', 'red', undefined]);
    assert.match(concern(made), /^red decisions: Decisions cannot be recorded: the disk is full/);
  });

  it('tells of handlers what waits, what became of the rest, and what went wrong last', () => {
    const handlers = [
      { name: 'slew', plugin: 'exec', broken: undefined },
      { name: 'mine', plugin: 'mine', broken: 'it has no default export.' },
    ];
    const tally = {
      ...{ name: 'slew', done: 5, dead: 1, skipped: 2, retried: 3, lastEndedAt: NOW - MINUTE, lastState: 'dead' },
      ...{ lastOutcome: 'no dome', lastErrorAt: NOW - MINUTE, lastError: 'no dome' },
    };
    const open = [
      { handler: 'slew', state: 'pending', count: 4 },
      { handler: 'slew', state: 'retrying', count: 1 },
      { handler: 'old', state: 'pending', count: 7 },
    ];
    const made = status({ handlers }, { handlers: [tally], open });
    const [slew, mine, old] = made.handlers;
    assert.deepEqual(
      [slew?.pending, slew?.retrying, slew?.running, slew?.done, slew?.dead, slew?.skipped, slew?.retried],
      [4, 1, 0, 5, 1, 2, 3],
    );
    assert.deepEqual([slew?.level, mine?.level, old?.level], ['warning', 'red', 'warning']);
    assert.deepEqual([mine?.state, mine?.reason, old?.state], ['broken', 'it has no default export.', 'gone']);
    assert.deepEqual(
      made.concerns.map(({ level, about }) => `${level} ${about}`),
      ['red handler mine', 'warning handler slew', 'warning handler old'],
    );
    assert.match(concern(made), /Its last delivery failed for good, 1m ago: no dome/);
    const later = status({ handlers }, { handlers: [{ ...tally, lastState: 'done' }], open: [] });
    assert.equal(later.handlers[0]?.level, 'ok', 'what went well since has healed it');
  });

  it('is red while a handler’s breaker is open, and says since when and why', () => {
    const hold = { since: NOW - 5 * MINUTE, failures: 8, reason: 'no route to host', nextProbeAt: NOW + MINUTE };
    const handlers = [{ name: 'chat', plugin: 'webhook', broken: undefined, hold }];
    const made = status({ handlers }, { open: [{ handler: 'chat', state: 'pending', count: 9 }] });
    const [chat] = made.handlers;
    assert.deepEqual([chat?.level, chat?.state, chat?.reason, chat?.failures], ['red', 'held', 'no route to host', 8]);
    assert.deepEqual([chat?.since, chat?.nextProbeAt], ['2026-11-27T11:55:00.000Z', '2026-11-27T12:01:00.000Z']);
    assert.match(
      concern(made),
      /^red handler chat: Held up for 5m: it has failed 8 times in a row, last with: no route to host\. 9 deliveries wait for it,/,
    );
  });

  it('warns of a plugin’s process that has died, is red when it dies again and again, and says why', () => {
    const dying = (failures: number) => {
      const trouble = { reason: 'its process exited with code 3', failures };
      return status({ handlers: [{ name: 'slew', plugin: 'mine', broken: undefined, trouble }] });
    };
    assert.deepEqual([dying(1).level, dying(3).level, dying(4).level], ['warning', 'warning', 'red']);
    const [slew] = dying(1).handlers;
    assert.deepEqual([slew?.state, slew?.reason, slew?.failures], ['restarting', 'its process exited with code 3', 1]);
    assert.match(
      concern(dying(1)),
      /^warning handler slew: Its plugin does not run: its process exited with code 3\. /,
    );
  });

  it('warns of a plugin that goes on as it was, and says of a broken one why it is broken now', () => {
    const refused = 'Its setup failed: no dome.';
    const changed = (broken: string | undefined) =>
      status({ handlers: [{ name: 'slew', plugin: 'mine', broken, refused }] });
    const on = changed(undefined);
    assert.deepEqual([on.handlers[0]?.state, on.handlers[0]?.refused], ['running', refused]);
    assert.equal(
      concern(on),
      `warning handler slew: Its plugin has changed, and it goes on with the one before: ${refused} Mend the plugin.`,
    );
    assert.match(
      concern(changed('it has no default export.')),
      /^red handler slew: It cannot run: Its setup failed: no dome\./,
    );
  });

  it('warns for a day of an alert that cannot be read', () => {
    const tally = { ...facts().tally, quarantined: 1 };
    assert.equal(status({}, { tally: { ...tally, lastQuarantinedAt: NOW - 23 * 60 * MINUTE } }).level, 'warning');
    assert.equal(status({}, { tally: { ...tally, lastQuarantinedAt: NOW - 25 * 60 * MINUTE } }).level, 'ok');
  });

  it('lists subscribers with what they owe and want', () => {
    const subscriber = {
      ...{
        address: '10.0.0.2:4000',
        identity: 'ivo://a/b',
        since: NOW - MINUTE,
        lastMessageAt: NOW,
        sent: 9,
        receipts: 7,
      },
      ...{ owed: 2, waiting: 0, isBehind: true, filters: ['//Param'] },
    };
    const made = status({
      broadcast: { state: 'listening', address: '0.0.0.0:8099', since: NOW - MINUTE, subscribers: [subscriber] },
    });
    assert.deepEqual(made.broadcast?.subscribers[0], {
      ...subscriber,
      ...{ since: '2026-11-27T11:59:00.000Z', lastMessageAt: '2026-11-27T12:00:00.000Z' },
    });
    assert.match(describeStatusPage(made), /10\.0\.0\.2:4000 +ivo:\/\/a\/b +1m ago +9 +2 +behind +\/\/Param/);
  });

  it('has no more of what a subscriber or a plugin said than a page has room for', () => {
    const long = 'x'.repeat(100_000);
    const subscriber = {
      address: '10.0.0.2:4000',
      identity: long,
      since: NOW,
      lastMessageAt: NOW,
      sent: 0,
      receipts: 0,
    };
    const made = status(
      {
        broadcast: {
          ...{ state: 'listening', address: '0.0.0.0:8099', since: NOW },
          subscribers: [{ ...subscriber, owed: 0, waiting: 0, isBehind: false, filters: [long] }],
        },
      },
      {
        handlers: [
          {
            ...{ name: 'slew', done: 0, dead: 1, skipped: 0, retried: 0, lastEndedAt: NOW, lastState: 'dead' },
            ...{ lastOutcome: long, lastErrorAt: NOW, lastError: long },
          },
        ],
      },
    );
    assert.equal(made.broadcast?.subscribers[0]?.identity?.length, LONGEST_TEXT);
    assert.equal(made.handlers[0]?.lastError?.length, LONGEST_TEXT);
    assert.ok(JSON.stringify(made).length < 6 * LONGEST_TEXT);
  });

  it('has a line in a terminal for each concern, whatever lines its reason has', () => {
    const made = status({
      sources: [broker({ ...noFeed, reason: 'one\r\ntwo\nAll is well.', lastMessageAt: undefined })],
    });
    const [first, second] = describeStatusPage(made).split('\n');
    assert.match(first ?? '', /^RED: source campus: .*one two All is well\./);
    assert.equal(second, '');
  });

  it('is safe to look at in a terminal, whoever wrote what it tells', () => {
    const evil = '\u001b[2J\u202eevil\u0007';
    const made = status({
      sources: [broker({ ...noFeed, reason: evil, lastMessageAt: undefined })],
      journalProblem: evil,
    });
    assert.doesNotMatch(describeStatusPage(made), /[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
  });
});
