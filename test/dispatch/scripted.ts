import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { TestContext } from 'node:test';
import type { Log } from '../../src/common/log.ts';
import type { Delivery, DeliveryJournal, NewDelivery } from '../../src/dispatch/deliveries.ts';
import type { LaneSettings } from '../../src/dispatch/lane-settings.ts';
import type { Attempt, AttemptOutcome, Runner } from '../../src/dispatch/runner.ts';
import { Ledger, type Verdict } from '../../src/journal/ledger.ts';
import { TestAppender } from '../journal/journal.ts';
import { sampleAlert } from '../support/plugin-context.ts';

/** A delivery as the journal's file has it. */
export interface Row {
  readonly seq: number;
  readonly state: string;
  readonly attempts: number;
  readonly outcome: string | null;
  readonly dueAt: number;
}

/** A journal in a file of its own, gone after the test. */
export class TestJournal {
  readonly path: string;
  readonly ledger: Ledger;
  readonly appender: TestAppender;

  constructor(test: TestContext) {
    const directory = mkdtempSync(join(tmpdir(), 'journal-test-'));
    this.path = join(directory, 'journal.db');
    this.appender = new TestAppender(this.path);
    this.ledger = new Ledger(this.path);
    test.after(() => {
      this.ledger.close();
      this.appender.close();
      rmSync(directory, { recursive: true, force: true });
    });
  }

  /** Stores packets as the intake does. */
  store(packets: readonly (string | Buffer)[], receivedAt = Date.now()): void {
    this.appender.append(
      packets.map((packet) => ({
        element: { start: 0, end: Buffer.byteLength(packet) },
        source: 'campus',
        peer: 'broker:8099',
        ivorn: undefined,
        role: undefined,
        receivedAt,
        packet: Buffer.from(packet),
      })),
    );
  }

  /** Stores so many alerts and records a pending delivery of each, as the pipeline does. */
  deliveries(
    count: number,
    handlers: readonly string[] = ['slew'],
    manner: Pick<Verdict, 'mode' | 'retraction'> = {},
  ): NewDelivery[] {
    const first = this.ledger.counts().alerts + 1;
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    this.store(numbers.map((seq) => `packet ${seq}`));
    const verdicts = handlers.map((handler) => ({ handler, fired: true, why: 'test', ...manner }));
    this.ledger.decide(numbers.map((seq) => ({ seq, decidedAt: Date.now(), problem: undefined, verdicts })));
    return numbers.map((seq) => ({
      ...this.load(seq),
      pretends: manner.mode === 'pretend',
      retracts: manner.retraction === true,
    }));
  }

  /** Records that nobody wants the delivery any more, as the decision on another alert does. */
  withdraw(seq: number, reason: string, handler = 'slew'): void {
    this.#write('UPDATE delivery SET withdrawn = ? WHERE seq = ? AND handler = ?', reason, seq, handler);
  }

  /** Records that somebody asks for the delivery again, however old the alert is. */
  askAgain(seq: number, handler = 'slew'): void {
    const sql = `UPDATE delivery SET state = 'pending', forgiven = attempts, any_age = 1, due_at = ?
      WHERE seq = ? AND handler = ?`;
    this.#write(sql, Date.now(), seq, handler);
  }

  #write(sql: string, ...values: SQLInputValue[]): void {
    const database = new DatabaseSync(this.path);
    try {
      database.prepare(sql).run(...values);
    } finally {
      database.close();
    }
  }

  load(seq: number): Delivery {
    const stored = this.ledger.alert(seq);
    assert.ok(stored);
    const receivedAt = new Date(stored.receivedAt).toISOString();
    return { seq, alert: sampleAlert({ local: String(seq), date: receivedAt, receivedAt }), packet: stored.packet };
  }

  /** What a lane needs of the journal, the ledger's own parts where the test does not replace them. */
  port(changes: Partial<DeliveryJournal> = {}): DeliveryJournal {
    const { ledger } = this;
    return {
      open: (handler, limit) => ledger.open(handler, limit),
      begin: (seq, handler, startedAt) => ledger.begin(seq, handler, startedAt),
      end: (seq, handler, end) => ledger.end(seq, handler, end),
      load: (seq) => this.load(seq),
      beyond: (handler, keep, limit) => ledger.beyond(handler, keep, limit),
      lastAttempts: (handler, limit) => ledger.lastAttempts(handler, limit),
      ...changes,
    };
  }

  rows(handler = 'slew'): Row[] {
    const database = new DatabaseSync(this.path, { readOnly: true });
    try {
      return database
        .prepare('SELECT seq, state, attempts, outcome, due_at AS dueAt FROM delivery WHERE handler = ? ORDER BY seq')
        .all(handler)
        .map((row) => ({ ...row }) as unknown as Row);
    } finally {
      database.close();
    }
  }

  /** Deliveries that have not ended, of all handlers. */
  get openCount(): number {
    return [...this.ledger.openHandlers().values()].reduce((sum, count) => sum + count, 0);
  }

  states(handler = 'slew'): string[] {
    return this.rows(handler).map(({ state }) => state);
  }
}

export const DONE: AttemptOutcome = { state: 'done', detail: 'well' };

export function failing(reason: string, retryable = true, afterMs?: number): AttemptOutcome {
  return { state: 'failed', reason, retryable, afterMs };
}

/** One attempt that a scripted runner was given, to be ended by the test. */
export interface Running extends Attempt {
  readonly seq: number;
  finish(outcome?: AttemptOutcome): void;
}

type Script = (attempt: Attempt) => AttemptOutcome | Promise<AttemptOutcome> | undefined;

/** Does what its script says with an attempt; without one, waits for the test to finish it. */
export class ScriptedRunner implements Runner {
  readonly #script: Script;
  /** Every attempt, in the order they began. */
  readonly began: { seq: number; attempt: number }[] = [];
  readonly running = new Set<Running>();
  mostAtOnce = 0;
  closed = 0;
  /** While there is one, nothing can begin. */
  ready: PromiseWithResolvers<void> | undefined;

  constructor(script: Script = () => undefined) {
    this.#script = script;
  }

  wait(): Promise<void> | undefined {
    return this.ready?.promise;
  }

  /** From now on attempts can begin. */
  recover(): void {
    const { ready } = this;
    this.ready = undefined;
    ready?.resolve();
  }

  get seqs(): number[] {
    return this.began.map(({ seq }) => seq);
  }

  async run(attempt: Attempt): Promise<AttemptOutcome> {
    const seq = Number(attempt.delivery.split('/')[0]);
    this.began.push({ seq, attempt: attempt.attempt });
    const { promise, resolve } = Promise.withResolvers<AttemptOutcome>();
    const running: Running = { ...attempt, seq, finish: (outcome = DONE) => resolve(outcome) };
    this.running.add(running);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running.size);
    const scripted = this.#script(attempt);
    const outcome = await (scripted ?? promise);
    this.running.delete(running);
    return outcome;
  }

  async close(): Promise<void> {
    this.closed += 1;
  }

  /** Ends the attempt on that alert. */
  finish(seq: number, outcome?: AttemptOutcome): void {
    const running = [...this.running].find((one) => one.seq === seq);
    assert.ok(running, `Nothing runs for ${seq}`);
    running.finish(outcome);
  }
}

export function laneSettings(changes: Partial<LaneSettings> = {}): LaneSettings {
  return {
    handler: 'slew',
    timeoutMs: 60_000,
    maxAgeMs: undefined,
    retry: { attempts: 3, delayMs: 2_000, factor: 2, maxDelayMs: 300_000, jitter: 0 },
    ...{ breaker: undefined, rateLimit: undefined, queue: undefined, fallback: undefined },
    concurrency: 1,
    pretends: false,
    ...changes,
  };
}

export interface RecordedLog extends Log {
  readonly lines: { level: string; message: string; fields: Record<string, unknown> }[];
  /** The messages, one a line. */
  text(): string;
}

export function recordedLog(): RecordedLog {
  const lines: RecordedLog['lines'] = [];
  const at =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      lines.push({ level, message, fields });
    };
  const text = () => lines.map(({ message }) => message).join('\n');
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), lines, text };
}

/** Lets everything happen that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** The real one, also in a test that holds time. */
const realTimeout = globalThis.setTimeout;

/** Waits for the condition, a few seconds of the real clock at most. */
export async function until(condition: () => boolean, what: string, limitMs = 10_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited ${limitMs} ms in vain: ${what}`);
    await new Promise((resolve) => realTimeout(resolve, 5));
  }
}
