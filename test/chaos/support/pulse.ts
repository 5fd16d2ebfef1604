import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Scope } from '../../support/executable.ts';

/** VTP 2.0 leaves it open; issue 7 asks for it. */
export const PROMPT_MS = 100;
/** A machine that keeps a thread waiting for longer than this is not one to measure on. */
export const STALL_MS = 40;

/** How one iamalive was answered. Milliseconds. */
export interface Beat {
  readonly answerMs: number;
  /** How late a timer of the measuring thread went off meanwhile: what the machine is to blame for. */
  readonly lateMs: number;
}

/**
 * A broker that sends nothing but an iamalive every few milliseconds, and measures on the wire, in a thread of its own,
 * when each is answered.
 */
export class Pulse {
  readonly port: number;
  #beats: Beat[] = [];
  #open = 0;

  private constructor(worker: Worker, port: number) {
    this.port = port;
    worker.on('message', (said: { beats: Beat[]; open: number }) => {
      this.#beats.push(...said.beats);
      this.#open = said.open;
    });
  }

  /** Listens until the test is over. */
  static async start(context: Scope): Promise<Pulse> {
    const worker = new Worker(new URL('./pulse-thread.ts', import.meta.url));
    const [port] = (await once(worker, 'message')) as [number];
    context.after(() => worker.terminate());
    return new Pulse(worker, port);
  }

  /** Whether the daemon is connected and has answered. */
  get isBeating(): boolean {
    return this.#beats.length > 0;
  }

  /** For how long the oldest iamalive that has no answer has waited. Milliseconds. */
  get openMs(): number {
    return this.#open;
  }

  /** What was measured since the last time. */
  taken(): Beat[] {
    const beats = this.#beats;
    this.#beats = [];
    return beats;
  }
}

/** The slowest answer, in milliseconds, of those that the machine itself did not hold up. */
export function slowest(beats: readonly Beat[]): number {
  return Math.max(0, ...beats.filter(({ lateMs }) => lateMs < STALL_MS).map(({ answerMs }) => answerMs));
}
