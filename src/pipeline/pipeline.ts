import type { Decoder } from '../alert/decode.ts';
import type { Decoded } from '../alert/decoded.ts';
import type { Alert, Validity } from '../alert/model.ts';
import { summaryOf } from '../alert/summary.ts';
import { Threads } from '../alert/threads.ts';
import { explain, messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { NewDelivery } from '../dispatch/deliveries.ts';
import type { DecisionRecord, WithdrawalRecord, WithdrawnDelivery } from '../journal/ledger.ts';
import type { StoredAlert } from '../journal/stored.ts';
import { decide, type HandlerVerdict } from '../rules/router.ts';
import type { Selection } from '../rules/selection.ts';
import { withdrawalBy } from '../rules/withdrawal.ts';
import { History, type HistoryJournal } from './history.ts';
import { type Coming, ReadAhead } from './read-ahead.ts';

/** What the pipeline needs of the journal. */
export interface DecisionJournal extends HistoryJournal {
  undecided(limit: number): StoredAlert[];
  /** The thread to which this name of an event belongs, if any. */
  threadOf(key: string): string | undefined;
  /** @returns the deliveries that are withdrawn */
  decide(decisions: readonly DecisionRecord[]): readonly WithdrawnDelivery[];
}

/** Whoever makes the deliveries. */
export interface Deliverer {
  offer(handler: string, delivery: NewDelivery): void;
  /** Ends a delivery that nobody wants any more, as the journal has recorded. */
  withdraw(handler: string, seq: number, reason: string): void;
  /** Whether handlers are at work in this process. */
  readonly isDelivering: boolean;
}

/** Alerts taken from the journal at once; the event loop turns between two batches. */
const BATCH = 8;
/**
 * The same while handlers are at work in this process. Each of their steps waits for a turn of the event loop: with more, a
 * back-fill would let them do a few deliveries a second.
 */
const BATCH_BESIDE_HANDLERS = 1;
const RETRY_MS = 1_000;

/**
 * The cold half: takes what the journal has stored and nobody has decided on, decodes it, decides for every handler,
 * records the decisions, and hands the deliveries on. It works in the journal's order and forgets nothing: after a
 * crash the journal says where it was.
 */
export class Pipeline {
  readonly #journal: DecisionJournal;
  readonly #decoder: Decoder;
  readonly #deliverer: Deliverer;
  readonly #log: Log;
  readonly #history: History;
  readonly #ahead: ReadAhead;
  #selections: readonly Selection[] = [];
  #scheduled = false;
  #problem: string | undefined;
  #stopped = false;

  constructor(journal: DecisionJournal, decoder: Decoder, deliverer: Deliverer, log: Log) {
    this.#journal = journal;
    this.#decoder = decoder;
    this.#deliverer = deliverer;
    this.#log = log;
    this.#history = new History(journal, (stored) => this.#readAgain(stored));
    this.#ahead = new ReadAhead((document) => this.#readNow(document));
  }

  /** From the next alert on, decide for these handlers. */
  configure(selections: readonly Selection[]): void {
    this.#selections = selections;
  }

  /** There may be new alerts in the journal. */
  wake(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  /** A document is on its way into the journal: where there is nothing else to do, it is read meanwhile. */
  readAhead(document: Coming): void {
    if (!this.#scheduled && !this.#stopped) this.#ahead.read(document);
  }

  /** Why decisions cannot be recorded, a clause; undefined when they can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Takes up nothing more. What is undecided waits in the journal. */
  stop(): void {
    this.#stopped = true;
  }

  /** Decodes a stored alert that was decided on. @throws DecodeError */
  decode(stored: StoredAlert): Alert {
    const { alert, threadKeys } = this.#read(stored);
    return withThread(alert, this.#journal.threadOf(threadKeys[0] ?? '') ?? alert.thread);
  }

  #read(stored: StoredAlert): Decoded {
    return this.#ahead.take(stored) ?? this.#readNow(stored);
  }

  /** @throws DecodeError */
  #readNow({ source, receivedAt, packet }: Coming): Decoded {
    const reception = { source, receivedAt: new Date(receivedAt).toISOString() };
    return this.#decoder.read(packet, reception, { validate: true });
  }

  /** For what came before: nobody needs to know again how it keeps to its schema. */
  #readAgain(stored: StoredAlert): Alert | undefined {
    const receivedAt = new Date(stored.receivedAt).toISOString();
    try {
      return this.#decoder.decode(stored.packet, { source: stored.source, receivedAt });
    } catch {
      return undefined;
    }
  }

  #turn(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    const limit = this.#deliverer.isDelivering ? BATCH_BESIDE_HANDLERS : BATCH;
    try {
      const taken = this.#decideBatch(limit);
      this.#problem = undefined;
      if (taken === limit) this.wake();
    } catch (error) {
      this.#problem = explain(error);
      this.#log.error(
        `Cannot record decisions in the journal: ${explain(error)}; trying again in ${RETRY_MS / 1_000}s`,
      );
      setTimeout(() => this.wake(), RETRY_MS);
    }
  }

  /** @returns how many alerts it took */
  #decideBatch(limit: number): number {
    const batch = this.#journal.undecided(limit);
    if (batch.length === 0) return 0;
    // Where the last batch could not be kept, it is decided on again.
    this.#history.forget();
    const threads = new Threads((key) => this.#journal.threadOf(key));
    const decided = batch.map((stored) => this.#decide(stored, threads));
    const withdrawn = this.#journal.decide(decided.map(({ record }) => record));
    // First, so that what one alert of the batch withdraws of another one is not begun.
    const gone = new Set(withdrawn.map(({ seq, handler }) => `${seq}/${handler}`));
    for (const { record, stored, alert } of decided) this.#report(stored, record, alert);
    for (const { handler, seq, reason } of withdrawn) this.#deliverer.withdraw(handler, seq, reason);
    for (const { record, stored, alert } of decided) {
      if (alert === undefined) continue;
      const { seq, packet } = stored;
      for (const { handler, fired, mode, retraction } of record.verdicts) {
        if (!fired || gone.has(`${seq}/${handler}`)) continue;
        const manner = { pretends: mode === 'pretend', retracts: retraction === true };
        this.#deliverer.offer(handler, { seq, alert, packet, ...manner });
      }
    }
    return batch.length;
  }

  #decide(
    stored: StoredAlert,
    threads: Threads,
  ): { record: DecisionRecord; stored: StoredAlert; alert: Alert | undefined } {
    const decidedAt = Date.now();
    try {
      const decoded = this.#read(stored);
      const thread = threads.join(decoded.threadKeys);
      const alert = withThread(decoded.alert, thread.thread);
      const verdicts = decide(this.#selections, this.#history.circumstances(alert, thread, decidedAt));
      this.#history.remember(alert, thread, verdicts);
      const record = { seq: stored.seq, decidedAt, problem: undefined, verdicts, thread };
      const [summary, withdraws] = [summaryOf(alert), this.#withdraws(alert, verdicts)];
      return { record: { ...record, summary, withdraws }, stored, alert };
    } catch (error) {
      const problem = messageOf(error);
      return { record: { seq: stored.seq, decidedAt, problem, verdicts: [] }, stored, alert: undefined };
    }
  }

  /** What the alert withdraws from the handlers that want to know: an update only from those that get it instead. */
  #withdraws(alert: Alert, verdicts: readonly HandlerVerdict[]): WithdrawalRecord | undefined {
    const got = new Set(verdicts.filter(({ fired }) => fired).map(({ handler }) => handler));
    const isTold = (handler: string): boolean => alert.kind === 'retraction' || got.has(handler);
    const cancelling = this.#selections.filter(({ cancels, handler }) => cancels && isTold(handler));
    const handlers = cancelling.map(({ handler }) => handler);
    const withdrawal = handlers.length === 0 ? undefined : withdrawalBy(alert);
    return withdrawal === undefined ? undefined : { ...withdrawal, handlers };
  }

  #report(stored: StoredAlert, { problem, verdicts }: DecisionRecord, alert: Alert | undefined): void {
    const { seq, source, peer } = stored;
    if (alert === undefined) {
      const name = stored.ivorn ?? 'a document without an identifier';
      this.#log.error(
        `In quarantine: ${name} from ${source}. ${problem}. Its bytes are kept as number ${seq} of the journal`,
        {
          seq,
          source,
          peer,
          problem,
        },
      );
      return;
    }
    const { id, ivorn, role, test, kind, thread, validity } = alert;
    const mark = test && role !== 'test' ? ' marked as a test' : '';
    this.#log.info(`Received ${role}${mark} ${ivorn} from ${source}${faultOf(validity)}`, {
      seq,
      id,
      ivorn,
      role,
      test,
      kind,
      thread,
      source,
      peer,
    });
    for (const { handler, fired, why } of verdicts) {
      this.#log.info(`${fired ? '→' : '·'} ${handler} ${fired ? 'fires' : 'does not fire'}: ${why}`, {
        seq,
        id,
        handler,
        fired,
      });
    }
  }
}

/** A packet that breaks its schema is handled all the same; its author may want to know. */
function faultOf(validity: Validity | undefined): string {
  if (validity === undefined || validity.valid) return '';
  const [first] = validity.problems;
  return `. It breaks the schema of VOEvent ${validity.schema}: ${first?.message ?? ''} (line ${first?.line ?? 1})`;
}

function withThread(alert: Alert, thread: string): Alert {
  return thread === alert.thread ? alert : Object.freeze({ ...alert, thread });
}
