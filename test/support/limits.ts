import { type ChildProcess, execFileSync } from 'node:child_process';

/**
 * Lets no file of a running process grow beyond so many bytes, as when the disk is full.
 *
 * @param bytes undefined: they may grow again
 */
export function limitFiles({ pid }: ChildProcess, bytes: number | undefined): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes ?? 'unlimited'}:`]);
}
