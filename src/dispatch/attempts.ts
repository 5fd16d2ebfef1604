import { formatDuration } from '../common/durations.ts';
import { explain } from '../common/errors.ts';
import type { Histogram } from '../common/histogram.ts';
import type { Log } from '../common/log.ts';
import type { DeliveryJournal, Queued } from './deliveries.ts';
import { fallbackOf } from './fallback.ts';
import type { LaneSettings } from './lane-settings.ts';
import type { Runner } from './runner.ts';
import { type Settlement, settle } from './settle.ts';
import { JOURNAL_RETRY_MS, LONGEST_TIMER_MS } from './times.ts';

/** An attempt that has ended, and what it says of the handler. */
export type Made = Pick<Settlement, 'end' | 'health'>;

/** Makes attempts for one handler, each with a deadline, and keeps in the journal how they end. */
export class Attempts {
  readonly #settings: LaneSettings;
  readonly #runner: Runner;
  readonly #journal: DeliveryJournal;
  readonly #log: Log;
  readonly #starts: Histogram;
  readonly #shutdown = new AbortController();
  #stopped = false;

  /** @param starts is told how long after its reception each alert's first attempt begins */
  constructor(settings: LaneSettings, runner: Runner, journal: DeliveryJournal, log: Log, starts: Histogram) {
    this.#settings = settings;
    this.#runner = runner;
    this.#journal = journal;
    this.#log = log;
    this.#starts = starts;
  }

  /** From now on a journal that cannot be written is no longer waited for. */
  stop(): void {
    this.#stopped = true;
  }

  /** Ends what runs. It has not failed: it is run again at the next start. */
  abort(reason: Error): void {
    this.#shutdown.abort(reason);
  }

  /**
   * Makes one attempt. Never rejects.
   *
   * @param withdrawal aborts when nobody wants the delivery any more
   * @param isProbe it is made to see whether the handler works again
   * @returns how it ended; undefined when it did not, because the daemon stops
   */
  async make(queued: Queued, withdrawal: AbortSignal, isProbe: boolean): Promise<Made | undefined> {
    const { handler, timeoutMs, pagesUrl } = this.#settings;
    const { seq, alert } = queued;
    const begun = await this.#write(() => {
      if (!withdrawal.aborted) this.#journal.begin(seq, handler, Date.now());
    });
    if (!begun) return undefined;
    if (withdrawal.aborted) {
      await this.#write(() => this.skip(seq, explain(withdrawal.reason), alert.ivorn));
      return undefined;
    }
    const attempt = queued.attempts + 1;
    if (attempt === 1) this.#starts.observe((Date.now() - Date.parse(alert.receivedAt)) / 1_000);
    const startedAt = performance.now();
    const deadline = AbortSignal.timeout(Math.min(timeoutMs, LONGEST_TIMER_MS));
    const delivery = `${seq}/${handler}`;
    const pretends = queued.pretends || this.#settings.pretends;
    const outcome = await this.#runner.run({
      ...{ alert, packet: queued.packet, delivery, attempt, pretends, retracts: queued.retracts },
      because: queued.because === undefined ? undefined : JSON.parse(queued.because),
      link: pagesUrl === undefined ? undefined : `${pagesUrl}/alerts/${alert.id}`,
      signal: AbortSignal.any([withdrawal, deadline, this.#shutdown.signal]),
    });
    const fields = { delivery, handler, ivorn: alert.ivorn, attempt, ms: Math.round(performance.now() - startedAt) };
    const endedAt = Date.now();
    if (withdrawal.aborted && outcome.state === 'failed') {
      const why = explain(withdrawal.reason);
      const kept = { number: attempt, state: 'skipped', output: outcome.output, because: queued.because } as const;
      const end = { state: 'skipped', outcome: why, endedAt, attempt: kept } as const;
      await this.#write(() => this.#journal.end(seq, handler, end));
      const how = outcome.reason === why ? '' : ` (${outcome.reason})`;
      this.#log.warn(`${handler} was aborted: ${why}${how}`, fields);
      return { end, health: undefined };
    }
    if (this.#shutdown.signal.aborted && outcome.state === 'failed') return undefined;
    const settled = settle(this.#settings, { queued, pretended: pretends, isProbe, outcome, endedAt });
    const fallback = fallbackOf(this.#settings, settled.end, alert, pretends);
    const end = { ...settled.end, fallback };
    await this.#write(() => this.#journal.end(seq, handler, end));
    this.#log[settled.level](settled.message, fields);
    if (end.state === 'dead') this.#tellFallback(fallback !== undefined, fields);
    return { end, health: settled.health };
  }

  #tellFallback(gets: boolean, fields: Record<string, unknown>): void {
    const { handler, fallback } = this.#settings;
    if (fallback === undefined) return;
    const other = fallback.handler;
    if (gets) this.#log.info(`${other} gets what ${handler} has failed at`, fields);
    else
      this.#log.info(
        `${other} does not get what ${handler} has failed at: it is a test, and ${other} takes none`,
        fields,
      );
  }

  /** Ends a delivery without an attempt. @throws when the journal cannot be written */
  skip(seq: number, reason: string, ivorn?: string): void {
    const { handler } = this.#settings;
    this.#journal.end(seq, handler, { state: 'skipped', outcome: reason, endedAt: Date.now() });
    this.#log.warn(`${handler} was not run: ${reason}`, { delivery: `${seq}/${handler}`, handler, ivorn });
  }

  async close(): Promise<void> {
    await this.#runner.close();
  }

  /** Writes to the journal, for as long as it takes; false when the daemon stops first. */
  async #write(work: () => void): Promise<boolean> {
    for (;;) {
      try {
        work();
        return true;
      } catch (error) {
        if (this.#stopped) return false;
        this.#log.error(
          `Cannot write the journal: ${explain(error)}; ${this.#settings.handler} waits and tries again in ${formatDuration(JOURNAL_RETRY_MS)}`,
        );
        await new Promise((resolve) => setTimeout(resolve, JOURNAL_RETRY_MS));
      }
    }
  }
}
