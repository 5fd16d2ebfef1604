import { readFileSync } from 'node:fs';

/** Where no handler says anything. */
const USUAL_BYTES = 512 * 2 ** 20;

const BUSY_MS = 100;
const IDLE_MS = 2_000;

/** Ends a process that takes more memory than it may. Without Linux's `/proc` it does nothing. */
export class MemoryWatch {
  readonly #pid: number;
  readonly #limitBytes: number;
  readonly #exceeded: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;
  #stopped = false;

  /** @param exceeded is told once that the process has taken more */
  constructor(pid: number, limitBytes: number | undefined, exceeded: () => void) {
    this.#pid = pid;
    this.#limitBytes = limitBytes ?? USUAL_BYTES;
    this.#exceeded = exceeded;
    this.isBusy = true;
  }

  /** Whether the process does something: it is looked at more often then. */
  set isBusy(isBusy: boolean) {
    const wasBusy = this.#isBusy;
    this.#isBusy = isBusy;
    // What has just ended is looked at once more.
    if (isBusy && !wasBusy) this.#lookLater();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #lookLater(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => this.#look(), this.#isBusy ? BUSY_MS : IDLE_MS).unref();
  }

  #look(): void {
    const bytes = ownBytes(this.#pid);
    if (bytes === undefined) return;
    if (bytes <= this.#limitBytes) {
      this.#lookLater();
      return;
    }
    this.stop();
    this.#exceeded();
  }
}

/**
 * Memory that is a process's own, in memory and swapped out: the code that it shares with the daemon does not count.
 *
 * @returns undefined where the system does not tell, and when the process is gone
 */
export function ownBytes(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const parts = [...status.matchAll(/^(?:RssAnon|RssShmem|VmSwap):\s+(\d+) kB$/gm)];
    return parts.length === 0 ? undefined : parts.reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1_024, 0);
  } catch {
    return undefined;
  }
}

/** Of the limit so much is for JavaScript's heap, so that V8 itself tells what has outgrown it. */
const HEAP_SHARE = 0.75;

/** What holds V8's heap to its part of the limit. */
export function heapFlag(limitBytes = USUAL_BYTES): string {
  return `--max-old-space-size=${Math.floor((limitBytes * HEAP_SHARE) / 1_048_576)}`;
}

/** A clause. */
export function exceededReason(limitBytes = USUAL_BYTES): string {
  return `its process used more than ${Math.round(limitBytes / 1_048_576)} MiB (memory: of the handler)`;
}
