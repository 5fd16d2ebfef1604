import { UserError } from './common/errors.ts';
import type { Log } from './common/log.ts';
import type { Settings } from './settings.ts';
import { webSettings } from './sources.ts';
import type { Snapshot } from './web/snapshot.ts';
import { Web } from './web/web.ts';

const RESTART_MS = 5_000;

/** The status page as the daemon has it: there or not, as the configuration says, and there again after a fault of ours. */
export class Serving {
  readonly #journalPath: string;
  readonly #snapshot: () => Promise<Snapshot>;
  readonly #log: Log;
  #settings: Settings | undefined;
  #web: Web | undefined;
  #address: string | undefined;
  #restart: NodeJS.Timeout | undefined;

  /** @param snapshot what the parts are doing */
  constructor(journalPath: string, snapshot: () => Promise<Snapshot>, log: Log) {
    this.#journalPath = journalPath;
    this.#snapshot = snapshot;
    this.#log = log;
  }

  /** Serves as these settings say, or not at all. What keeps it from that is in the log, and stops nothing else. */
  async configure(settings: Settings): Promise<void> {
    this.#settings = settings;
    const web = webSettings(settings);
    if (web === undefined) {
      await this.#stopThread();
      return;
    }
    this.#web ??= new Web(this.#journalPath, this.#log, {
      ask: this.#snapshot,
      failed: (error) => this.#failed(error),
    });
    const served = await this.#web.configure(web);
    this.#address = 'address' in served ? served.address : undefined;
  }

  /** Where the status page was last seen to be; undefined: nowhere. */
  get address(): string | undefined {
    return this.#address;
  }

  async stop(): Promise<void> {
    this.#settings = undefined;
    clearTimeout(this.#restart);
    await this.#stopThread();
  }

  async #stopThread(): Promise<void> {
    const last = this.#web;
    this.#web = undefined;
    this.#address = undefined;
    await last?.stop();
  }

  #failed(error: Error): void {
    const told = error instanceof UserError ? error.message : (error.stack ?? error.message);
    this.#log.error(
      `The thread of the status page failed: ${told}. Alerts are received and handled; it is started again in ${RESTART_MS / 1_000}s`,
    );
    this.#web = undefined;
    this.#restart = setTimeout(() => {
      if (this.#settings !== undefined) void this.configure(this.#settings);
    }, RESTART_MS);
  }
}
