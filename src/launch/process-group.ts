import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../common/errors.ts';

const POLL_MS = 20;

/** Windows has no process groups: there the tree below the program is ended instead. */
export const HAS_GROUPS = process.platform !== 'win32';

/**
 * Ends the program that leads process group `pid` and every child that stayed in it: SIGTERM, and SIGKILL for what is
 * left after `killAfterMs`. Resolves when no process is left, or when SIGKILL was sent.
 *
 * @returns the stronger signal that was needed
 */
export async function endGroup(pid: number, killAfterMs: number): Promise<'SIGTERM' | 'SIGKILL'> {
  if (!HAS_GROUPS) return endTree(pid);
  const deadline = performance.now() + killAfterMs;
  let left = signalGroup(pid, 'SIGTERM');
  while (left && performance.now() < deadline) {
    await sleep(Math.min(POLL_MS, killAfterMs));
    left = signalGroup(pid, 0);
  }
  if (!left) return 'SIGTERM';
  signalGroup(pid, 'SIGKILL');
  return 'SIGKILL';
}

/** Whether there was a process to signal. A group of processes that may not be signalled (EPERM) is there, too. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

async function endTree(pid: number): Promise<'SIGKILL'> {
  const taskkill = spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true });
  await once(taskkill, 'exit').catch(() => {});
  return 'SIGKILL';
}
