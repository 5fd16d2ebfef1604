import { Broadcast } from './broadcast/broadcast.ts';
import type { BroadcastReport } from './broadcast/messages.ts';
import { composeTestEvent } from './broadcast/test-event.ts';
import { UserError } from './common/errors.ts';
import { Histogram } from './common/histogram.ts';
import type { Log } from './common/log.ts';
import type { Intake } from './intake/intake.ts';
import type { Keeper } from './keeper/keeper.ts';
import type { Settings } from './settings.ts';
import { broadcastSettings } from './sources.ts';
import { describeBroadcaster } from './vtp/broadcaster/status.ts';

/** Where the test events of a broadcast come from, as the journal names it. No source can have the name. */
const OWN_SOURCE = '(voeventd)';
const RESTART_MS = 5_000;

/** The broadcast as the daemon has it: there or not, as the configuration says, and there again after a fault of ours. */
export class Broadcasting {
  readonly #journalPath: string;
  readonly #intake: Intake;
  readonly #keeper: Keeper;
  readonly #log: Log;
  #settings: Settings | undefined;
  #broadcast: Broadcast | undefined;
  #tests: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;

  constructor(journalPath: string, intake: Intake, keeper: Keeper, log: Log) {
    this.#journalPath = journalPath;
    this.#intake = intake;
    this.#keeper = keeper;
    this.#log = log;
  }

  /** Broadcasts as these settings say, or not at all. @returns why it cannot, a clause; it goes on trying */
  async configure(settings: Settings): Promise<string | undefined> {
    this.#settings = settings;
    this.#scheduleTests(settings);
    const broadcast = broadcastSettings(settings);
    if (broadcast === undefined) {
      await this.#stopThread();
      return undefined;
    }
    this.#broadcast ??= this.#startThread();
    return await this.#broadcast.configure(broadcast);
  }

  /** What it is doing; undefined when there is none. */
  async report(): Promise<BroadcastReport | undefined> {
    const listen = this.#settings?.broadcast?.listen.text;
    if (this.#broadcast === undefined && listen !== undefined) return failedReport(listen);
    return await this.#broadcast?.report();
  }

  /** Writes to the log whom it feeds. */
  async describe(): Promise<void> {
    const report = await this.report();
    if (report === undefined) return;
    const { status } = report;
    const [first, ...subscribers] = describeBroadcaster(status, Date.now());
    this.#log.info(`Broadcast: ${first}`, { status });
    for (const subscriber of subscribers) this.#log.info(`Subscriber ${subscriber}`);
  }

  /** Hands on what the journal has, and closes every connection. */
  async stop(): Promise<void> {
    this.#settings = undefined;
    clearInterval(this.#tests);
    clearTimeout(this.#restart);
    await this.#stopThread();
  }

  async #stopThread(): Promise<void> {
    const last = this.#broadcast;
    this.#broadcast = undefined;
    await last?.stop();
  }

  #startThread(): Broadcast {
    const broadcast = new Broadcast(this.#journalPath, this.#log, { failed: (error) => this.#failed(error) });
    this.#keeper.tell(broadcast.news);
    return broadcast;
  }

  #failed(error: Error): void {
    const told = error instanceof UserError ? error.message : (error.stack ?? error.message);
    this.#log.error(
      `The broadcasting thread failed: ${told}. Alerts are received and handled; it is started again in ${RESTART_MS / 1_000}s`,
    );
    this.#broadcast = undefined;
    this.#restart = setTimeout(() => {
      if (this.#settings !== undefined) void this.configure(this.#settings);
    }, RESTART_MS);
  }

  #scheduleTests({ identity, broadcast }: Settings): void {
    clearInterval(this.#tests);
    const everyMs = broadcast?.test;
    if (everyMs === undefined || everyMs === false) return;
    this.#tests = setInterval(() => {
      // It goes the way of every alert: kept, decided on, handed on.
      this.#intake.keep(OWN_SOURCE, Buffer.from(composeTestEvent(identity, new Date())));
    }, everyMs);
  }
}

/** Between two threads, the first of which has failed. */
function failedReport(address: string): BroadcastReport {
  const reason = 'its thread has failed, and is started again';
  return { status: { state: 'failed', address, reason }, lag: new Histogram().snapshot };
}
