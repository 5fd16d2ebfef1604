import type { IncomingMessage, ServerResponse } from 'node:http';
import { createPrettyPrinter, type PrettyPacket, type PrettyPrinter } from '../alert/pretty.ts';
import { explain } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { QuietLog } from '../common/quiet.ts';
import { createApp } from './app.ts';
import { Desk } from './desk.ts';
import { Hub } from './hub.ts';
import type { WebSettings } from './messages.ts';
import type { Snapshot } from './snapshot.ts';

/** Longer ones are cut on the page. */
const MOST_CHARACTERS = 200_000;

/** All that answers requests: many megabytes of libraries and caches, for whoever has looked once. */
export class Answers {
  readonly #log: Log;
  readonly #desk: Desk;
  readonly #hub: Hub;
  #printer: Promise<PrettyPrinter> | undefined;

  /** @param ask rejects when the main thread does not answer */
  constructor(journalPath: string, ask: () => Promise<Snapshot>, log: Log) {
    const desk = new Desk(journalPath, ask);
    const problems = new QuietLog((message, fields) => log.error(message, fields));
    this.#log = log;
    this.#desk = desk;
    this.#hub = new Hub(desk.journal, {
      after: (seq, limit) => desk.rows.after(seq, limit),
      latest: (limit) => desk.rows.list({}, limit),
      status: () => desk.status(),
      problem: (error) =>
        problems.say(
          'hub',
          `The status page cannot read what is new: ${explain(error)}; it is tried again`,
          {},
          Date.now(),
        ),
    });
  }

  /** What answers requests under these settings. */
  under(settings: WebSettings): (request: IncomingMessage, response: ServerResponse) => void {
    const pretty = (packet: Buffer) => this.#pretty(packet);
    return createApp({ desk: this.#desk, hub: this.#hub, settings, log: this.#log, pretty });
  }

  /** Ends what is still being answered. */
  end(): void {
    this.#hub.close();
  }

  close(): void {
    this.#desk.close();
  }

  async #pretty(packet: Buffer): Promise<PrettyPacket> {
    this.#printer ??= createPrettyPrinter();
    return (await this.#printer)(packet, MOST_CHARACTERS);
  }
}
