import { existsSync, readdirSync, readFileSync } from 'node:fs';

const MEBI = 1024;

/** The most memory that a process has had so far, in MiB. */
export function peakMebibytes(pid: number): number {
  return statusOf(pid, 'VmHWM') / MEBI;
}

/** The memory that a process has, in MiB. */
export function residentMebibytes(pid: number): number {
  return statusOf(pid, 'VmRSS') / MEBI;
}

function statusOf(pid: number, field: string): number {
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** The files below a directory that end so. */
export function filesBelow(directory: string, ending: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending));
}

/** The lines of a file that may not be there yet. */
export function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}
