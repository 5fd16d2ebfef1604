import { readFileSync } from 'node:fs';
import type { Running } from './subject.ts';

const GIVE_UP_MS = 10_000;
const LOOK_MS = 100;
/** Hundredths of a second. */
const QUIET_TICKS = 1;

/** Resolves when a program has had hardly anything to do for so long, or after ten seconds. */
export async function quiet({ process }: Running, ms = 300): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  let before = cpuTicks(process.pid);
  for (let quiet = 0; quiet < ms / LOOK_MS && performance.now() < giveUpAt; ) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const now = cpuTicks(process.pid);
    quiet = now - before <= QUIET_TICKS ? quiet + 1 : 0;
    before = now;
  }
}

/** Hundredths of a second that all of its threads have worked; 0 where the system does not tell. */
function cpuTicks(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}
