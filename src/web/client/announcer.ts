import { visible } from '../../common/visible.ts';
import type { AlertRow } from '../model.ts';
import { alertName } from '../page/text.ts';

const PAUSE_MS = 5_000;

/** Puts alerts that came into sentences to be read out: one at most in five seconds, however many come. */
export class Announcer {
  #newest: number;
  #came = 0;
  #last: AlertRow | undefined;
  #saidAt = Number.NEGATIVE_INFINITY;

  /** @param newest number of the newest alert that is known already */
  constructor(newest: number) {
    this.#newest = newest;
  }

  hear(row: AlertRow): void {
    if (row.seq <= this.#newest) return;
    this.#newest = row.seq;
    this.#came += 1;
    this.#last = row;
  }

  /** The next sentence; undefined when there is nothing to say yet. @param now milliseconds of any clock */
  next(now: number): string | undefined {
    const last = this.#last;
    if (last === undefined || now - this.#saidAt < PAUSE_MS) return undefined;
    this.#saidAt = now;
    const name = `${last.role === 'test' ? 'test ' : ''}${visible(alertName(last), 200)}`;
    const sentence = this.#came === 1 ? `New alert: ${name}` : `${this.#came} new alerts, the newest: ${name}`;
    this.#came = 0;
    this.#last = undefined;
    return sentence;
  }
}
