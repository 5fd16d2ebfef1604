import { statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import type { Verdict } from './ledger.ts';
import { BUSY_TIMEOUT_MS } from './open.ts';
import { STORED_COLUMNS, type StoredAlert, storedAlert } from './stored.ts';

/** What was decided for one handler, as lists show it. */
export interface ListedVerdict {
  readonly handler: string;
  readonly fired: boolean;
  readonly why: string;
  readonly mode?: 'pretend';
  readonly retraction?: true;
}

/** An alert as lists show it. Times in milliseconds since 1970 but for those that an author wrote. */
export interface ListedAlert {
  readonly seq: number;
  /** The first 16 hexadecimal digits of its digest. */
  readonly id: string;
  readonly source: string;
  readonly ivorn: string | undefined;
  readonly receivedAt: number;
  readonly bytes: number;
  readonly isDecided: boolean;
  readonly problem: string | undefined;
  readonly verdicts: readonly ListedVerdict[];
  readonly role: string | undefined;
  readonly kind: string | undefined;
  readonly format: string | undefined;
  readonly stream: string | undefined;
  readonly thread: string | undefined;
  readonly writtenAt: string | undefined;
  readonly eventAt: string | undefined;
  readonly ra: number | undefined;
  readonly dec: number | undefined;
  readonly errorRadius: number | undefined;
}

export interface ListedDelivery {
  readonly seq: number;
  /** Of the alert. */
  readonly id: string;
  readonly handler: string;
  readonly state: string;
  readonly attempts: number;
  readonly dueAt: number;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly outcome: string | undefined;
}

/** Which deliveries to list. All that is given must hold. */
export interface DeliveryFilter {
  readonly states?: readonly string[] | undefined;
  readonly handler?: string | undefined;
  /** What happened last to it was at this time or later, milliseconds since 1970. */
  readonly since?: number | undefined;
}

/** A delivery, with what its alert is. */
export interface FoundDelivery extends ListedDelivery {
  readonly ivorn: string | undefined;
  /** Milliseconds since 1970: when the alert was written, or received where that was sooner. */
  readonly writtenAt: number;
  readonly mode: 'pretend' | undefined;
}

/** One attempt of a delivery. */
export interface ListedAttempt {
  readonly seq: number;
  readonly handler: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly startedAt: number;
  /** None while it runs, and where the daemon was ended meanwhile. */
  readonly endedAt: number | undefined;
  readonly state: string | undefined;
  readonly outcome: string | undefined;
  /** The last that it printed. */
  readonly output: string | undefined;
}

/** Which alerts to list. All that is given must hold. */
export interface AlertFilter {
  readonly stream?: string | undefined;
  readonly source?: string | undefined;
  readonly role?: string | undefined;
  readonly thread?: string | undefined;
  /** Received at this time or later, milliseconds since 1970. */
  readonly from?: number | undefined;
  /** Received before. */
  readonly to?: number | undefined;
  /** Only those with a smaller number. */
  readonly before?: number | undefined;
}

export interface HandlerTally {
  readonly name: string;
  readonly done: number;
  readonly dead: number;
  readonly skipped: number;
  readonly retried: number;
  readonly lastEndedAt: number | undefined;
  readonly lastState: string | undefined;
  readonly lastOutcome: string | undefined;
  readonly lastErrorAt: number | undefined;
  readonly lastError: string | undefined;
}

export interface JournalTally {
  readonly alerts: number;
  readonly undecided: number;
  readonly quarantined: number;
  readonly oldestAt: number | undefined;
  readonly newestAt: number | undefined;
  /** When the newest of those that cannot be read came. */
  readonly lastQuarantinedAt: number | undefined;
}

const ID = 'lower(hex(substr(alert.digest, 1, 8))) AS id';

const LISTED = `
alert.seq, ${ID}, alert.source, alert.ivorn, alert.received_at,
length(alert.packet) AS bytes, decision.seq AS decided, problem, verdicts, decision.role, kind, format, stream, thread,
written_at, event_at, ra, dec, error_radius`;

/** When something happened last to a delivery. */
const LAST = 'coalesce(max(coalesce(ended_at, 0), coalesce(started_at, 0)), due_at)';

const FOUND = `
SELECT delivery.*, ${ID}, alert.ivorn,
  min(alert.received_at, coalesce(CAST(round((julianday(written_at) - 2440587.5) * 86400000) AS INTEGER), alert.received_at))
    AS dated
FROM delivery JOIN alert ON alert.seq = delivery.seq LEFT JOIN decision ON decision.seq = delivery.seq`;

const FROM_DECISION = 'FROM decision JOIN alert ON alert.seq = decision.seq';
const FROM_ALERT = 'FROM alert LEFT JOIN decision ON decision.seq = alert.seq';

/** Where more streams than this are named, the rest is found by browsing. */
const MOST_STREAMS = 1_000;
/** Names that are looked at for them, endless ones among them. */
const MOST_NAMES = 50_000;
/** A name is as long as its author likes. A list of longer ones would be of no use, and of hundreds of megabytes. */
const LONGEST_STREAM = 300;

/**
 * The journal for whoever wants to look: it changes nothing, holds no lock that a writer waits for, and every question is
 * one short statement. Lists show alerts that have been decided on.
 */
export class JournalReader {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** @throws when the file is not there */
  constructor(path: string) {
    this.#path = path;
    this.#database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  }

  /** Changes whenever anything in the journal did. */
  version(): number {
    return Number(this.#one('PRAGMA data_version')?.data_version ?? 0);
  }

  /** The number of the newest alert that has been decided on; 0 when there is none. */
  head(): number {
    return Number(this.#one('SELECT coalesce(max(seq), 0) AS seq FROM decision')?.seq ?? 0);
  }

  /** So many alerts, newest first. */
  list(filter: AlertFilter, limit: number): ListedAlert[] {
    const { stream, source, role, thread, from = 0, to = Number.MAX_SAFE_INTEGER, before } = filter;
    const isDated = filter.from !== undefined || filter.to !== undefined;
    const span = isDated ? this.#span(from, to) : undefined;
    if (isDated && span === undefined) return [];
    const terms: [string, SQLInputValue | undefined][] = [
      ['stream = ?', stream],
      ['decision.source = ?', source],
      ['decision.role = ?', role],
      ['thread = ?', thread],
      ['decision.seq >= ?', span?.first],
      ['decision.seq <= ?', span?.last],
      // Clocks jump: not all between the first and the last came then.
      ['decision.received_at >= ?', isDated ? from : undefined],
      ['decision.received_at < ?', isDated ? to : undefined],
      ['decision.seq < ?', before],
    ];
    const given = terms.filter((term): term is [string, SQLInputValue] => term[1] !== undefined);
    const where = given.length === 0 ? '' : `WHERE ${given.map(([term]) => term).join(' AND ')}`;
    const sql = `SELECT ${LISTED} ${FROM_DECISION} ${where} ORDER BY decision.seq DESC LIMIT ?`;
    return this.#all(sql, ...given.map(([, value]) => value), limit).map(listedAlert);
  }

  /** Alerts after this number, oldest first. */
  after(seq: number, limit: number): ListedAlert[] {
    const sql = `SELECT ${LISTED} ${FROM_DECISION} WHERE decision.seq > ? ORDER BY decision.seq LIMIT ?`;
    return this.#all(sql, seq, limit).map(listedAlert);
  }

  /** The alert whose digest begins so, decided on or not. @param id 16 hexadecimal digits */
  find(id: string): ListedAlert | undefined {
    const low = Buffer.alloc(32, 0);
    const high = Buffer.alloc(32, 0xff);
    for (const end of [low, high]) end.write(id, 0, 'hex');
    const row = this.#one(`SELECT ${LISTED} ${FROM_ALERT} WHERE digest BETWEEN ? AND ? LIMIT 1`, low, high);
    return row === undefined ? undefined : listedAlert(row);
  }

  /** What was received. */
  stored(seq: number): StoredAlert | undefined {
    const row = this.#one(`SELECT ${STORED_COLUMNS} FROM alert WHERE seq = ?`, seq);
    return row === undefined ? undefined : storedAlert(row);
  }

  /** The alert with this number, decided on or not. */
  numbered(seq: number): ListedAlert | undefined {
    const row = this.#one(`SELECT ${LISTED} ${FROM_ALERT} WHERE alert.seq = ?`, seq);
    return row === undefined ? undefined : listedAlert(row);
  }

  /** Alerts that bear exactly this identifier, newest first, also such as cannot be read or wait. Looks at all there are. */
  bearing(ivorn: string, limit: number): ListedAlert[] {
    const sql = `SELECT ${LISTED} ${FROM_ALERT} WHERE alert.ivorn = ? ORDER BY alert.seq DESC LIMIT ?`;
    return this.#all(sql, ivorn, limit).map(listedAlert);
  }

  /** Alerts that bear this identifier, newest first. @param name as identifiers are compared */
  named(name: string, limit: number): ListedAlert[] {
    const sql = `SELECT ${LISTED} ${FROM_DECISION} WHERE name = ? ORDER BY decision.seq DESC LIMIT ?`;
    return this.#all(sql, name, limit).map(listedAlert);
  }

  /** Alerts that cite this identifier, newest first. */
  citing(name: string, limit: number): (ListedAlert & { readonly cite: string })[] {
    const sql = `SELECT ${LISTED}, cite FROM citation JOIN decision ON decision.seq = citation.seq
      JOIN alert ON alert.seq = decision.seq WHERE citation.name = ? ORDER BY citation.seq DESC LIMIT ?`;
    return this.#all(sql, name, limit).map((row) => ({ ...listedAlert(row), cite: String(row.cite) }));
  }

  /** Deliveries of the alerts with these numbers, both included. */
  deliveries(first: number, last: number): ListedDelivery[] {
    const sql = `SELECT delivery.*, ${ID} FROM delivery JOIN alert ON alert.seq = delivery.seq
      WHERE delivery.seq BETWEEN ? AND ? ORDER BY delivery.seq, handler`;
    return this.#all(sql, first, last).map(listedDelivery);
  }

  /** Deliveries, of the newest alerts first. */
  matching(filter: DeliveryFilter, limit: number): FoundDelivery[] {
    const { states, handler, since } = filter;
    const terms: [string, SQLInputValue[]][] = [
      ...(states === undefined
        ? []
        : [[`state IN (${states.map(() => '?').join(', ')})`, [...states]] as [string, string[]]]),
      ...(handler === undefined ? [] : [['handler = ?', [handler]] as [string, string[]]]),
      ...(since === undefined ? [] : [[`${LAST} >= ?`, [since]] as [string, number[]]]),
    ];
    const where = terms.length === 0 ? '' : `WHERE ${terms.map(([term]) => term).join(' AND ')}`;
    const sql = `${FOUND} ${where} ORDER BY delivery.seq DESC, handler LIMIT ?`;
    return this.#all(sql, ...terms.flatMap(([, values]) => values), limit).map(foundDelivery);
  }

  delivery(seq: number, handler: string): FoundDelivery | undefined {
    const row = this.#one(`${FOUND} WHERE delivery.seq = ? AND handler = ?`, seq, handler);
    return row === undefined ? undefined : foundDelivery(row);
  }

  /** The attempts of the deliveries of an alert, in their order. */
  attempts(seq: number): ListedAttempt[] {
    return this.#all('SELECT * FROM attempt WHERE seq = ? ORDER BY handler, attempt', seq).map((row) => ({
      ...{ seq: Number(row.seq), handler: String(row.handler), attempt: Number(row.attempt) },
      ...{ startedAt: Number(row.started_at), endedAt: numberOf(row.ended_at), state: textOf(row.state) },
      ...{ outcome: textOf(row.outcome), output: textOf(row.output) },
    }));
  }

  /** Whether a request up to this one has still to be taken up. */
  isAsked(last: number): boolean {
    return this.#one('SELECT 1 FROM request WHERE id <= ? LIMIT 1', last) !== undefined;
  }

  /** What was decided about an alert, with its rules. */
  explained(seq: number): { decidedAt: number; verdicts: Verdict[] } | undefined {
    const row = this.#one('SELECT decided_at, verdicts FROM decision WHERE seq = ?', seq);
    if (row === undefined) return undefined;
    const verdicts = (JSON.parse(String(row.verdicts)) as (Verdict & { rule?: number })[]).map(
      ({ rule, ...verdict }) => {
        const text =
          rule === undefined ? undefined : textOf(this.#one('SELECT text FROM rule WHERE id = ?', rule)?.text);
        return text === undefined ? verdict : { ...verdict, rule: text };
      },
    );
    return { decidedAt: Number(row.decided_at), verdicts };
  }

  /** The streams there are, by name, with when the newest alert of each came. Those with endless names are left out. */
  streams(): { name: string; newestAt: number }[] {
    // Hops from one name to the next in the index: all alerts of a stream would be too many to look at.
    const sql = `WITH RECURSIVE name (stream) AS (
        SELECT min(stream) FROM decision WHERE stream IS NOT NULL
        UNION ALL SELECT (SELECT min(stream) FROM decision WHERE stream > name.stream) FROM name WHERE name.stream IS NOT NULL
        LIMIT ?
      )
      SELECT stream, received_at FROM name CROSS JOIN decision USING (stream)
      WHERE length(stream) <= ? AND decision.seq = (SELECT max(seq) FROM decision WHERE stream = name.stream) LIMIT ?`;
    return this.#all(sql, MOST_NAMES, LONGEST_STREAM, MOST_STREAMS).map((row) => ({
      name: String(row.stream),
      newestAt: Number(row.received_at),
    }));
  }

  /** What came after this number, oldest first: for rates. */
  arrivals(seq: number, limit: number): { seq: number; source: string; receivedAt: number }[] {
    return this.#all(
      'SELECT seq, source, received_at FROM decision WHERE seq > ? ORDER BY seq LIMIT ?',
      seq,
      limit,
    ).map((row) => ({ seq: Number(row.seq), source: String(row.source), receivedAt: Number(row.received_at) }));
  }

  /** The number of the first alert that came at this time or later; undefined when none did. */
  firstSince(time: number): number | undefined {
    return this.#span(time, Number.MAX_SAFE_INTEGER)?.first;
  }

  handlers(): HandlerTally[] {
    return this.#all('SELECT * FROM handler ORDER BY name').map((row) => ({
      ...{ name: String(row.name), done: Number(row.done), dead: Number(row.dead), skipped: Number(row.skipped) },
      ...{ retried: Number(row.retried), lastEndedAt: numberOf(row.last_ended_at), lastState: textOf(row.last_state) },
      ...{ lastOutcome: textOf(row.last_outcome), lastErrorAt: numberOf(row.last_error_at) },
      lastError: textOf(row.last_error),
    }));
  }

  /** Deliveries that have not ended, by handler and state. */
  open(): { handler: string; state: string; count: number }[] {
    const sql = `SELECT handler, state, count(*) AS n FROM delivery
      WHERE state IN ('pending', 'running', 'retrying') GROUP BY handler, state`;
    return this.#all(sql).map((row) => ({
      handler: String(row.handler),
      state: String(row.state),
      count: Number(row.n),
    }));
  }

  tally(): JournalTally {
    const head = this.#one('SELECT min(seq) AS first, max(seq) AS last FROM alert');
    const [first, last] = [numberOf(head?.first ?? null), numberOf(head?.last ?? null)];
    const receivedAt = (seq: number | undefined): number | undefined =>
      seq === undefined
        ? undefined
        : numberOf(this.#one('SELECT received_at FROM alert WHERE seq = ?', seq)?.received_at ?? null);
    const sick = this.#one('SELECT count(*) AS n, max(seq) AS last FROM decision WHERE problem IS NOT NULL');
    return {
      alerts: this.#count(first, last),
      // Alerts may be decided on between the two questions.
      undecided: last === undefined ? 0 : Math.max(0, last - Math.max(this.head(), (first ?? 1) - 1)),
      quarantined: Number(sick?.n ?? 0),
      oldestAt: receivedAt(first),
      newestAt: receivedAt(last),
      lastQuarantinedAt: receivedAt(numberOf(sick?.last)),
    };
  }

  /** Numbers have no gaps but for what was removed, and counting all of them takes longer with each. */
  #count(first: number | undefined, last: number | undefined): number {
    if (first === undefined || last === undefined) return 0;
    if (this.#one('SELECT 1 FROM removed LIMIT 1') === undefined) return last - first + 1;
    return Number(this.#one('SELECT count(*) AS n FROM alert')?.n ?? 0);
  }

  /** Bytes of the file and of the log beside it. */
  size(): number {
    return ['', '-wal'].reduce((sum, suffix) => {
      const found = statSync(this.#path + suffix, { throwIfNoEntry: false });
      return sum + (found?.size ?? 0);
    }, 0);
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  /** The lowest and the highest number of the alerts that came in this time. */
  #span(from: number, to: number): { first: number; last: number } | undefined {
    const row = this.#one(
      'SELECT min(seq) AS first, max(seq) AS last FROM decision WHERE received_at >= ? AND received_at < ?',
      from,
      to,
    );
    return row === undefined || row.first === null ? undefined : { first: Number(row.first), last: Number(row.last) };
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #one(sql: string, ...values: SQLInputValue[]): Record<string, SQLOutputValue> | undefined {
    return this.#prepare(sql).get(...values);
  }

  #all(sql: string, ...values: SQLInputValue[]): Record<string, SQLOutputValue>[] {
    return this.#prepare(sql).all(...values);
  }
}

function listedDelivery(row: Record<string, SQLOutputValue>): ListedDelivery {
  return {
    ...{ seq: Number(row.seq), id: String(row.id), handler: String(row.handler), state: String(row.state) },
    ...{ attempts: Number(row.attempts), dueAt: Number(row.due_at) },
    ...{ startedAt: numberOf(row.started_at), endedAt: numberOf(row.ended_at), outcome: textOf(row.outcome) },
  };
}

function foundDelivery(row: Record<string, SQLOutputValue>): FoundDelivery {
  const mode = row.mode === 'pretend' ? 'pretend' : undefined;
  return { ...listedDelivery(row), ivorn: textOf(row.ivorn), writtenAt: Number(row.dated), mode };
}

function listedAlert(row: Record<string, SQLOutputValue>): ListedAlert {
  return {
    ...{ seq: Number(row.seq), id: String(row.id), source: String(row.source), ivorn: textOf(row.ivorn) },
    ...{ receivedAt: Number(row.received_at), bytes: Number(row.bytes), isDecided: row.decided !== null },
    ...{ problem: textOf(row.problem), verdicts: row.verdicts === null ? [] : verdictsIn(String(row.verdicts)) },
    ...{ role: textOf(row.role), kind: textOf(row.kind), format: textOf(row.format), stream: textOf(row.stream) },
    ...{ thread: textOf(row.thread), writtenAt: textOf(row.written_at), eventAt: textOf(row.event_at) },
    ...{ ra: numberOf(row.ra), dec: numberOf(row.dec), errorRadius: numberOf(row.error_radius) },
  };
}

function verdictsIn(text: string): ListedVerdict[] {
  return (JSON.parse(text) as ListedVerdict[]).map(({ handler, fired, why, mode, retraction }) => ({
    ...{ handler, fired, why },
    ...(mode === undefined ? {} : { mode }),
    ...(retraction === undefined ? {} : { retraction }),
  }));
}

const textOf = (value: SQLOutputValue | undefined): string | undefined =>
  value === null || value === undefined ? undefined : String(value);
const numberOf = (value: SQLOutputValue | undefined): number | undefined =>
  value === null || value === undefined ? undefined : Number(value);
