import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scope } from '../../support/executable.ts';

const SIZE = '64m';
const PAGE_BYTES = 4_096;

/** A disk so small that it can be filled. */
export interface SmallDisk {
  readonly directory: string;
  /** Leaves no page free. */
  fill(): void;
  free(): void;
}

/** A disk in memory, until the test is over; undefined where the system lets nobody mount one. */
export function mountSmallDisk(context: Scope): SmallDisk | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'voeventd-disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', directory]);
  const isMounted = status === 0;
  context.after(() => {
    // Lazily: a process may still be about to end in it.
    if (isMounted) spawnSync('umount', ['--lazy', directory]);
    rmSync(directory, { recursive: true, force: true });
  });
  const ballast = join(directory, 'ballast');
  return isMounted ? { directory, fill: () => fill(ballast), free: () => rmSync(ballast) } : undefined;
}

function fill(ballast: string): void {
  const file = openSync(ballast, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(PAGE_BYTES));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}
