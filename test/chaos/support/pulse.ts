import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { Scope } from '../../support/executable.ts';
import { until } from '../../support/wait.ts';

/** An iamalive is answered in this time, whatever else goes on. */
const PROMPT_MS = 100;
/** A machine that keeps a thread or a sync waiting for longer than this is not one to measure on. */
const STALL_MS = 40;
/** Measured so often, or it is not worth its name. */
const FEWEST = 20;
/** Of so many answers one may be slow: other processes may have kept the daemon and not us. */
const ONE_OF = 100;
const ROUNDS = 5;
const PATIENCE_MS = 30_000;

/** How one iamalive was answered. Milliseconds. */
export interface Beat {
  readonly answerMs: number;
  /** For how long the machine kept a timer, or the disk a sync, of the measuring thread meanwhile. */
  readonly lateMs: number;
}

/**
 * A broker that sends nothing but an iamalive every few milliseconds, and measures on the wire, in a thread of its own,
 * when each is answered.
 */
export class Pulse {
  readonly port: number;
  #beats: Beat[] = [];
  /** For how long the oldest iamalive that has no answer has waited. */
  #openMs = 0;
  #reports = 0;

  private constructor(worker: Worker, port: number) {
    this.port = port;
    worker.on('message', (said: { beats: Beat[]; openMs: number }) => {
      this.#beats.push(...said.beats);
      this.#openMs = said.openMs;
      this.#reports += 1;
    });
  }

  /** Listens until the test is over. */
  static async start(context: Scope): Promise<Pulse> {
    const directory = mkdtempSync(join(tmpdir(), 'voeventd-pulse-'));
    const worker = new Worker(new URL('./pulse-thread.ts', import.meta.url), { argv: [join(directory, 'sync')] });
    const [port] = (await once(worker, 'message')) as [number];
    context.after(async () => {
      await worker.terminate();
      rmSync(directory, { recursive: true });
    });
    return new Pulse(worker, port);
  }

  /** Resolves when somebody has answered. */
  async beats(): Promise<void> {
    await until(() => this.#beats.length > 0, 'an iamalive to be answered', PATIENCE_MS);
  }

  /** What was measured since the last time, with the answers to all that is asked. */
  async taken(): Promise<Beat[]> {
    const next = this.#reports + 2;
    const isAnswered = () => this.#reports >= next && this.#openMs < PROMPT_MS;
    await until(isAnswered, 'every iamalive to be answered', PATIENCE_MS);
    const beats = this.#beats;
    this.#beats = [];
    return beats;
  }
}

/**
 * Fails unless every iamalive is answered promptly while something goes on. It is done again when one was not, in case
 * another process had the machine.
 */
export async function answersPromptly(
  context: TestContext,
  pulse: Pulse,
  goOn: (round: number) => Promise<void>,
): Promise<void> {
  const worst: string[] = [];
  await pulse.beats();
  for (let round = 0; round < ROUNDS; round++) {
    await pulse.taken();
    await goOn(round);
    const all = await pulse.taken();
    const beats = all.filter(({ lateMs }) => lateMs < STALL_MS).map(({ answerMs }) => answerMs);
    const slowest = Math.max(...beats);
    const slow = beats.filter((answerMs) => answerMs > PROMPT_MS).length;
    worst.push(`${slowest.toFixed(1)} ms (${slow} of ${beats.length} slow)`);
    if (slow > Math.floor(beats.length / ONE_OF) || beats.length < FEWEST) continue;
    const whole = Math.max(...all.map(({ answerMs }) => answerMs));
    context.diagnostic(
      `${all.length} times asked, the slowest answer took ${whole.toFixed(1)} ms; ${slowest.toFixed(1)} ms where the machine was not at fault`,
    );
    return;
  }
  assert.fail(`An iamalive was answered after ${worst.join(', ')}, in each of ${ROUNDS} rounds.`);
}
