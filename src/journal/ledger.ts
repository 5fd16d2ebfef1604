import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { explain } from '../common/errors.ts';
import type { DeliveryEnd, OpenDelivery, PastAttempt } from '../dispatch/deliveries.ts';
import type { DeadDelivery, FallbackDelivery, TestsManner } from '../dispatch/fallback.ts';
import { isDamage } from './corrupt.ts';
import type { LogPosition } from './log/segments.ts';
import { openJournalFile } from './open.ts';
import { intakePosition } from './position.ts';
import { STORED_COLUMNS, type StoredAlert, storedAlert } from './stored.ts';

/** What was decided for one handler. */
export interface Verdict {
  readonly handler: string;
  readonly fired: boolean;
  readonly why: string;
  /** Everything happens but the plugin. */
  readonly mode?: 'pretend';
  /** With the handler's options for retractions. */
  readonly retraction?: true;
  /** What was asked and held, and what refused it. */
  readonly passed?: readonly string[];
  readonly refused?: string;
  /** The rule as JSON, how its parts came out, and what it read. */
  readonly rule?: string;
  readonly outcomes?: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** How an alert joined the threads there were. */
export interface ThreadRecord {
  readonly thread: string;
  /** Names that now belong to the thread. */
  readonly changed: readonly string[];
  /** Threads that turned out to be this one. */
  readonly merged: readonly string[];
}

/** What lists and feeds show of an alert, and what finds it. */
export interface SummaryRecord {
  readonly name: string;
  readonly role: string;
  readonly kind: string;
  readonly format: string;
  readonly stream: string;
  readonly date: string | undefined;
  readonly time: string | undefined;
  readonly ra: number | undefined;
  readonly dec: number | undefined;
  readonly errorRadius: number | undefined;
  readonly cites: readonly { readonly name: string; readonly cite: string }[];
}

/** What was decided about one alert. */
export interface DecisionRecord {
  readonly seq: number;
  readonly decidedAt: number;
  /** Why it cannot be read. */
  readonly problem: string | undefined;
  readonly verdicts: readonly Verdict[];
  /** Absent where it cannot be read. */
  readonly thread?: ThreadRecord;
  readonly summary?: SummaryRecord;
  readonly withdraws?: WithdrawalRecord | undefined;
}

/** What the alert withdraws: open deliveries of earlier alerts of its thread. */
export interface WithdrawalRecord {
  readonly handlers: readonly string[];
  /** A clause. */
  readonly reason: string;
  readonly covers: (earlier: PastDelivery) => boolean;
}

/** An alert that was for a handler, and what became of it. */
export interface PastDelivery {
  readonly seq: number;
  /** The alert's identifier, as identifiers are compared. */
  readonly name: string;
  /** When the alert was written. */
  readonly date: string | undefined;
  /** An attempt was made. */
  readonly begun: boolean;
  /** It has not ended, and is wanted. */
  readonly isOpen: boolean;
  /** Only rehearsed. */
  readonly pretended: boolean;
  /** It was not handled after all, or is not to be. */
  readonly skipped: boolean;
}

/** A delivery that nobody wants any more. */
export interface WithdrawnDelivery {
  readonly seq: number;
  readonly handler: string;
  readonly reason: string;
}

const OPEN: ReadonlySet<string> = new Set(['pending', 'running', 'retrying']);

/** A thread of more alerts than this is none about one event: the oldest keep the name that they had. */
const MOST_RENAMED = 500;
/** Alerts whose attempts still count after a restart: for a rate limit, for a circuit breaker. */
const MOST_LOOKED_AT = 10_000;
const RENAME_THREAD =
  'UPDATE decision SET thread = ? WHERE seq IN (SELECT seq FROM decision WHERE thread = ? ORDER BY seq DESC LIMIT ?)';

const KEEP_DECISION = `
INSERT INTO decision (seq, decided_at, problem, verdicts, thread, name, role, kind, format, stream, written_at, event_at,
  ra, dec, error_radius, source, received_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,
  (SELECT source FROM alert WHERE seq = ?1), (SELECT received_at FROM alert WHERE seq = ?1))`;

/** How a delivery of a handler ended is counted when it ends, so that nobody needs to count all there ever were. */
const COUNT_END = `
INSERT INTO handler (name, done, dead, skipped, retried, last_ended_at, last_state, last_outcome, last_error_at, last_error)
VALUES (?1, ?2 = 'done', ?2 = 'dead', ?2 = 'skipped', ?2 = 'retrying', ?3, ?2, ?4,
  iif(?2 IN ('dead', 'retrying'), ?3, NULL), iif(?2 IN ('dead', 'retrying'), ?4, NULL))
ON CONFLICT (name) DO UPDATE SET
  done = done + excluded.done, dead = dead + excluded.dead, skipped = skipped + excluded.skipped,
  retried = retried + excluded.retried, last_ended_at = excluded.last_ended_at, last_state = excluded.last_state,
  last_outcome = excluded.last_outcome, last_error_at = coalesce(excluded.last_error_at, last_error_at),
  last_error = coalesce(excluded.last_error, last_error)`;

/** With the number that the delivery has counted. */
const BEGIN_ATTEMPT = `
INSERT INTO attempt (seq, handler, attempt, started_at)
SELECT seq, handler, attempts, ?3 FROM delivery WHERE seq = ?1 AND handler = ?2`;

const END_DELIVERY = `
UPDATE delivery SET state = ?, outcome = ?, ended_at = ?, due_at = coalesce(?, due_at), forgiven = forgiven + ?
WHERE seq = ? AND handler = ?`;

/** While it was made, it got another reason. */
const MAKE_AGAIN = `
UPDATE delivery SET state = 'pending', forgiven = attempts WHERE seq = ? AND handler = ? AND because IS NOT ?`;

/** One that is being made goes on, and is made again. */
const FALL_BACK = `
INSERT INTO delivery (seq, handler, state, due_at, mode, because, any_age)
VALUES (?1, ?2, 'pending', ?3, ?4, ?5, (SELECT any_age FROM delivery WHERE seq = ?1 AND handler = ?6))
ON CONFLICT (seq, handler) DO UPDATE SET
  state = iif(state = 'running', state, 'pending'), forgiven = iif(state = 'running', forgiven, attempts),
  due_at = excluded.due_at, mode = excluded.mode, because = excluded.because, any_age = excluded.any_age,
  withdrawn = NULL`;

const END_ATTEMPT = `
UPDATE attempt SET ended_at = ?, state = ?, outcome = ?, output = ? WHERE seq = ? AND handler = ? AND attempt = ?`;

/** Attempts that were made do not count against the handler's `retry`. */
const AGAIN = `state = 'pending', due_at = :now, forgiven = attempts, any_age = :anyAge`;

const RETRY = `
UPDATE delivery SET ${AGAIN}, withdrawn = NULL, mode = coalesce(:mode, mode)
WHERE seq = :seq AND handler = :handler AND state IN ('dead', 'skipped')`;

/** Nothing that was withdrawn: its event was retracted. */
const REPLAY = `
INSERT INTO delivery (seq, handler, state, due_at, mode, any_age)
VALUES (:seq, :handler, 'pending', :now, :mode, :anyAge)
ON CONFLICT (seq, handler) DO UPDATE SET ${AGAIN}, mode = :mode, made = iif(state = 'done' AND mode IS NULL, 1, made)
WHERE state IN ('done', 'dead', 'skipped') AND withdrawn IS NULL`;

/** A request that was taken up. */
export interface TakenRequest {
  readonly seq: number;
  readonly handler: string;
  /** Why it cannot be done, a clause. */
  readonly refused: string | undefined;
}

/**
 * The cold half's end of the journal: reads alerts, writes decisions and deliveries. The keeper moves SQLite's log into
 * the file. Its commits survive the death of
 * the process; the last moments before a power cut may be lost, and then those deliveries run again.
 */
export class Ledger {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Statement>();
  readonly #onDamage: (reason: string) => void;
  #ruleIds = new Map<string, number>();

  /**
   * @param onDamage is called, with a clause, when the file turns out to be damaged; what was asked throws all the same
   * @throws UserError when the file cannot be used
   */
  constructor(path: string, onDamage: (reason: string) => void = () => {}) {
    this.#onDamage = onDamage;
    this.#database = openJournalFile(path, 'NORMAL');
    this.#database.exec('PRAGMA wal_autocheckpoint = 0');
  }

  /** Up to where the keeper has taken in the intake log. */
  intakePosition(): LogPosition {
    return intakePosition(this.#database);
  }

  /** Alerts without a decision, oldest first. */
  undecided(limit: number): StoredAlert[] {
    return this.#all(
      `SELECT ${STORED_COLUMNS} FROM alert
       WHERE seq > (SELECT coalesce(max(seq), 0) FROM decision) ORDER BY seq LIMIT ?`,
      limit,
    ).map(storedAlert);
  }

  alert(seq: number): StoredAlert | undefined {
    const row = this.#prepare(`SELECT ${STORED_COLUMNS} FROM alert WHERE seq = ?`).get(seq);
    return row === undefined ? undefined : storedAlert(row);
  }

  /** The thread to which this name of an event belongs. */
  threadOf(key: string): string | undefined {
    const statement = this.#prepare('SELECT thread FROM thread_key WHERE key = ?');
    const next = (name: string): string | undefined => statement.get(name)?.thread as string | undefined;
    let thread = next(key);
    // The name of a thread is a key too: of itself, or of the thread that it was joined to.
    while (thread !== undefined) {
      const joined = next(thread);
      if (joined === undefined || joined === thread) break;
      thread = joined;
    }
    return thread;
  }

  /** The last alert of these threads that was decided on. */
  lastOf(threads: readonly string[]): StoredAlert | undefined {
    const sql = `SELECT max(seq) AS seq FROM decision WHERE thread IN (${places(threads)})`;
    return this.#alertOf(this.#prepare(sql).get(...threads));
  }

  /** Whether one of the alerts of these threads is a retraction. */
  isRetracted(threads: readonly string[]): boolean {
    const sql = `SELECT 1 AS found FROM decision WHERE thread IN (${places(threads)}) AND kind = 'retraction' LIMIT 1`;
    return this.#prepare(sql).get(...threads) !== undefined;
  }

  /** What became of the alerts of these threads that were for the handler, the last one first; not of those that retract. */
  deliveriesOf(threads: readonly string[], handler: string): PastDelivery[] {
    const sql = `SELECT delivery.seq, name, written_at, state, attempts, withdrawn, mode, made
      FROM decision JOIN delivery ON delivery.seq = decision.seq
      WHERE thread IN (${places(threads)}) AND handler = ? AND retraction IS NULL
      ORDER BY delivery.seq DESC LIMIT ${MOST_RENAMED}`;
    return this.#all(sql, ...threads, handler).map((row) => ({
      ...{ seq: Number(row.seq), name: String(row.name ?? ''), date: (row.written_at as string | null) ?? undefined },
      ...{ begun: Number(row.attempts) > 0, pretended: row.mode === 'pretend' && row.made !== 1 },
      isOpen: OPEN.has(String(row.state)) && row.withdrawn === null,
      skipped: row.state === 'skipped' || (row.withdrawn !== null && OPEN.has(String(row.state))),
    }));
  }

  /** The name of an alert of these threads that supersedes this one: it says so, or it is an update written later. */
  supersederOf(threads: readonly string[], name: string, date: string | undefined): string | undefined {
    const cited = `SELECT decision.name FROM citation JOIN decision ON decision.seq = citation.seq
      WHERE citation.name = ? AND cite = 'supersedes' AND thread IN (${places(threads)}) LIMIT 1`;
    const later = `SELECT name FROM decision WHERE thread IN (${places(threads)}) AND kind = 'update'
      AND julianday(written_at) > julianday(?) LIMIT 1`;
    const row = this.#prepare(cited).get(name, ...threads) ?? this.#prepare(later).get(...threads, date ?? null);
    return row === undefined ? undefined : String(row.name);
  }

  #alertOf(row: Record<string, SQLOutputValue> | undefined): StoredAlert | undefined {
    return row === undefined || row.seq === null ? undefined : this.alert(Number(row.seq));
  }

  /**
   * Keeps decisions, threads, what is withdrawn, and a pending delivery for every verdict that fired, in one transaction.
   *
   * @returns the deliveries that are withdrawn; they are open until somebody ends them
   */
  decide(decisions: readonly DecisionRecord[]): WithdrawnDelivery[] {
    const withdrawn: WithdrawnDelivery[] = [];
    this.#transaction(() => {
      for (const decision of decisions) {
        const { seq, decidedAt, verdicts, thread } = decision;
        if (thread !== undefined) this.#join(thread);
        this.#keep(decision);
        withdrawn.push(...this.#withdraw(decision));
        for (const { handler, fired, mode = null, retraction } of verdicts) {
          if (!fired) continue;
          this.#run(
            `INSERT INTO delivery (seq, handler, state, due_at, mode, retraction) VALUES (?, ?, 'pending', ?, ?, ?)`,
            ...[seq, handler, decidedAt, mode, retraction === true ? 1 : null],
          );
        }
      }
    });
    return withdrawn;
  }

  #withdraw({ seq: before, thread, withdraws }: DecisionRecord): WithdrawnDelivery[] {
    if (thread === undefined || withdraws === undefined) return [];
    const { handlers, reason, covers } = withdraws;
    return handlers.flatMap((handler) => {
      const ended = this.deliveriesOf([thread.thread], handler).filter(
        (delivery) => delivery.isOpen && delivery.seq < before && covers(delivery),
      );
      return ended.map(({ seq }) => {
        this.#run('UPDATE delivery SET withdrawn = ? WHERE seq = ? AND handler = ?', reason, seq, handler);
        return { seq, handler, reason };
      });
    });
  }

  #keep({ seq, decidedAt, problem, verdicts, thread, summary }: DecisionRecord): void {
    const { name, role, kind, format, stream, date, time, ra, dec, errorRadius, cites = [] } = summary ?? {};
    const told = [thread?.thread, name, role, kind, format, stream, date, time, ra, dec, errorRadius];
    const values = told.map((value) => value ?? null);
    this.#run(
      KEEP_DECISION,
      seq,
      decidedAt,
      problem ?? null,
      JSON.stringify(verdicts.map((verdict) => this.#withRuleId(verdict))),
      ...values,
    );
    for (const { name: cited, cite } of cites) {
      this.#run('INSERT INTO citation VALUES (?, ?, ?) ON CONFLICT DO NOTHING', cited, seq, cite);
    }
  }

  /** Rules are few and long: each is kept once. */
  #withRuleId({ rule, ...verdict }: Verdict): object {
    if (rule === undefined) return verdict;
    let id = this.#ruleIds.get(rule);
    if (id === undefined) {
      this.#run('INSERT INTO rule (text) VALUES (?) ON CONFLICT DO NOTHING', rule);
      id = Number(this.#prepare('SELECT id FROM rule WHERE text = ?').get(rule)?.id);
      this.#ruleIds.set(rule, id);
    }
    return { ...verdict, rule: id };
  }

  #join({ thread, changed, merged }: ThreadRecord): void {
    for (const other of merged) this.#run(RENAME_THREAD, thread, other, MOST_RENAMED);
    for (const key of [...changed, ...merged]) {
      this.#run('INSERT INTO thread_key VALUES (?, ?) ON CONFLICT DO UPDATE SET thread = excluded.thread', key, thread);
    }
  }

  /** Deliveries of this handler that have not ended, in the order they are due. */
  open(handler: string, limit: number): OpenDelivery[] {
    return this.#all(
      `SELECT seq, state, attempts, forgiven, any_age, due_at, ended_at, mode, retraction, because, withdrawn FROM delivery
       WHERE handler = ? AND state IN ('pending', 'running', 'retrying') ORDER BY due_at, seq LIMIT ?`,
      handler,
      limit,
    ).map((row) => ({
      ...{ seq: Number(row.seq), attempts: Number(row.attempts), dueAt: Number(row.due_at) },
      ...{
        failedAt: row.state === 'retrying' ? Number(row.ended_at) : undefined,
        forgiven: Number(row.forgiven),
        anyAge: row.any_age === 1,
      },
      ...{ pretends: row.mode === 'pretend', retracts: row.retraction === 1 },
      because: (row.because as string | null) ?? undefined,
      withdrawn: (row.withdrawn as string | null) ?? undefined,
    }));
  }

  /** Of the deliveries that wait, all but the newest `keep`; the newest of them first, so many at most. */
  beyond(handler: string, keep: number, limit: number): number[] {
    // The list of states is that of the index.
    const sql = `SELECT seq FROM delivery WHERE handler = ? AND state IN ('pending', 'running', 'retrying')
      AND state <> 'running' ORDER BY seq DESC LIMIT ? OFFSET ?`;
    return this.#all(sql, handler, limit, keep).map((row) => Number(row.seq));
  }

  /**
   * The last attempts of the handler, so many at most, the newest first; not of pretended deliveries. Looks at the newest
   * alerts only: to look at all there ever were would take longer with each.
   */
  lastAttempts(handler: string, limit: number): PastAttempt[] {
    const sql = `SELECT attempt.started_at, attempt.state FROM attempt JOIN delivery USING (seq, handler)
      WHERE seq > (SELECT coalesce(max(seq), 0) FROM decision) - ${MOST_LOOKED_AT} AND handler = ? AND mode IS NULL
      ORDER BY attempt.started_at DESC LIMIT ?`;
    return this.#all(sql, handler, limit).map((row) => ({
      startedAt: Number(row.started_at),
      state: (row.state as PastAttempt['state'] | null) ?? undefined,
    }));
  }

  /** Handlers that have deliveries which have not ended, with their number. */
  openHandlers(): Map<string, number> {
    const rows = this.#all(
      `SELECT handler, count(*) AS n FROM delivery WHERE state IN ('pending', 'running', 'retrying') GROUP BY handler`,
    );
    return new Map(rows.map((row) => [String(row.handler), Number(row.n)]));
  }

  /** An attempt begins. */
  begin(seq: number, handler: string, startedAt: number): void {
    this.#transaction(() => {
      this.#run(
        `UPDATE delivery SET state = 'running', attempts = attempts + 1, started_at = ? WHERE seq = ? AND handler = ?`,
        ...[startedAt, seq, handler],
      );
      this.#run(BEGIN_ATTEMPT, seq, handler, startedAt);
    });
  }

  /** An attempt ended, or a delivery without one. */
  end(seq: number, handler: string, end: DeliveryEnd): void {
    const { state, outcome, endedAt, dueAt, isForgiven, fallback, attempt } = end;
    this.#transaction(() => {
      const values = [state, outcome, endedAt, dueAt ?? null, isForgiven ? 1 : 0, seq, handler];
      this.#run(END_DELIVERY, ...values);
      if (attempt !== undefined) {
        const { number, output, because } = attempt;
        this.#run(END_ATTEMPT, endedAt, attempt.state, outcome, output ?? null, seq, handler, number);
        if (because !== undefined) this.#run(MAKE_AGAIN, seq, handler, because);
      }
      if (fallback !== undefined) this.#fallBack(seq, handler, fallback, endedAt);
      this.#run(COUNT_END, handler, state, endedAt, outcome);
    });
  }

  /** Another handler is to be told. Where it is still to be told of others that failed at the alert, it is told of all. */
  #fallBack(seq: number, from: string, { handler, pretends, dead }: FallbackDelivery, now: number): void {
    const sql = 'SELECT state, mode, because FROM delivery WHERE seq = ? AND handler = ?';
    const row = this.#prepare(sql).get(seq, handler);
    const untold = row !== undefined && OPEN.has(String(row.state)) && row.because !== null ? row : undefined;
    const isRehearsed = untold?.mode === 'pretend';
    // What was only rehearsed is not told with what was not.
    if (untold !== undefined && pretends && !isRehearsed) return;
    const told = untold === undefined || pretends !== isRehearsed ? '[]' : String(untold.because);
    const others = (JSON.parse(told) as DeadDelivery[]).filter((other) => other.handler !== dead.handler);
    const because = JSON.stringify([...others, dead]);
    this.#run(FALL_BACK, seq, handler, now, pretends ? 'pretend' : null, because, from);
  }

  /**
   * Takes up what was asked for, so many requests at most, the oldest first, in one transaction.
   *
   * @param tests what a handler does with tests now; undefined when there is no such handler
   */
  takeRequests(limit: number, now: number, tests: (handler: string) => TestsManner | undefined): TakenRequest[] {
    const rows = this.#all(
      `SELECT request.*, decision.role, decision.kind, decision.thread FROM request
       LEFT JOIN decision ON decision.seq = request.seq ORDER BY id LIMIT ?`,
      limit,
    );
    const taken: TakenRequest[] = [];
    if (rows.length === 0) return taken;
    this.#transaction(() => {
      for (const row of rows) {
        const [seq, handler] = [Number(row.seq), String(row.handler)];
        taken.push({ seq, handler, refused: this.#takeRequest(row, now, tests(handler)) });
        this.#run('DELETE FROM request WHERE id = ?', Number(row.id));
      }
    });
    return taken;
  }

  /** @returns why it cannot be done, a clause; undefined when it is */
  #takeRequest(
    { what, seq, handler, pretend, any_age: anyAge, role, kind, thread }: Record<string, SQLOutputValue>,
    now: number,
    tests: TestsManner | undefined,
  ): string | undefined {
    if (tests === undefined) return 'there is no such handler any more';
    if (role === undefined || role === null) return 'the alert is not in the journal, or cannot be read';
    // Whatever was decided then: no test gets to a handler that does not ask for tests.
    if (role === 'test' && tests === 'skip') return 'it is a test, and the handler takes none';
    const mode = pretend === 1 || (role === 'test' && tests === 'pretend') ? 'pretend' : null;
    const values = { seq: seq ?? null, handler: handler ?? null, now, mode, anyAge: anyAge === 1 ? 1 : null };
    if (what === 'retry') {
      return this.#changes(RETRY, values) === 1 ? undefined : 'it has not failed, and was not skipped';
    }
    const known = 'SELECT retraction FROM delivery WHERE seq = ? AND handler = ?';
    const undoes = this.#prepare(known).get(values.seq, values.handler)?.retraction === 1;
    // With its usual options it would do again what the alert undoes.
    if (kind === 'retraction' && !undoes) return 'the alert retracts, and the handler has not had it to undo anything';
    if (!undoes && thread !== null && this.isRetracted([String(thread)])) return 'its event was retracted';
    return this.#changes(REPLAY, values) === 1 ? undefined : 'it still waits or runs, or nobody wanted it any more';
  }

  #changes(sql: string, values: Record<string, SQLInputValue>): number {
    return Number(this.#prepare(sql).run(values).changes);
  }

  /** How many alerts, undecided ones, quarantined ones and deliveries (by state) there are. */
  counts(): { alerts: number; undecided: number; quarantined: number; deliveries: Record<string, number> } {
    const one = (sql: string): number => Number(this.#prepare(sql).get()?.n ?? 0);
    return {
      alerts: one('SELECT count(*) AS n FROM alert'),
      undecided: one('SELECT count(*) AS n FROM alert WHERE seq > (SELECT coalesce(max(seq), 0) FROM decision)'),
      quarantined: one('SELECT count(*) AS n FROM decision WHERE problem IS NOT NULL'),
      deliveries: Object.fromEntries(
        this.#all('SELECT state, count(*) AS n FROM delivery GROUP BY state').map((row) => [row.state, Number(row.n)]),
      ),
    };
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #transaction(work: () => void): void {
    this.#run('BEGIN IMMEDIATE');
    try {
      work();
      this.#run('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      // Some of them may be of rules that were not kept after all.
      this.#ruleIds.clear();
      throw error;
    }
  }

  #prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = watched(this.#database.prepare(sql), this.#onDamage);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#prepare(sql).run(...values);
  }

  #all(sql: string, ...values: SQLInputValue[]): Record<string, SQLOutputValue>[] {
    return this.#prepare(sql).all(...values);
  }
}

/** As much of a statement as is used. */
type Statement = Pick<StatementSync, 'get' | 'all' | 'run'>;

function watched(statement: StatementSync, onDamage: (reason: string) => void): Statement {
  const watch =
    <Args extends unknown[], Result>(use: (...args: Args) => Result) =>
    (...args: Args): Result => {
      try {
        return use.apply(statement, args);
      } catch (error) {
        if (isDamage(error)) onDamage(explain(error));
        throw error;
      }
    };
  return { get: watch(statement.get), all: watch(statement.all), run: watch(statement.run) } as Statement;
}

const places = (values: readonly unknown[]): string => values.map(() => '?').join(', ');
