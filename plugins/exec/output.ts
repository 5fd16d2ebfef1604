import type { Log, ProgramEnding, StreamName } from '../../src/plugin/api.ts';
import { printable } from '../shared/words.ts';

const LONGEST_REASON = 300;
const LEVELS = { stdout: 'info', stderr: 'warn' } as const;

/** Writes what a program prints to the log. */
export function logLines(log: Log): (stream: StreamName, lines: readonly string[]) => void {
  return (stream, lines) => {
    for (const line of lines.map(printable)) if (line !== '') log[LEVELS[stream]](line, { stream });
  };
}

/** Says how much of its output was dropped. The end of it is logged at `debug`, so that it is kept with the attempt. */
export function logDropped(log: Log, { output }: ProgramEnding, limit: number): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const { dropped, tail } = output[stream];
    if (dropped === 0) continue;
    log[LEVELS[stream]](`(${dropped} more bytes dropped: outputLimit is ${limit})`, { stream });
    const last = Buffer.from(tail).subarray(-dropped).toString();
    for (const line of last.split('\n').map(printable)) if (line !== '') log.debug(line, { stream });
  }
}

/** The last line with something in it that it wrote to stderr; empty when there was none. */
export function lastLine({ output }: ProgramEnding): string {
  const written = output.stderr.tail.split('\n').map(printable);
  return (written.findLast((line) => line.trim() !== '') ?? '').trim().slice(0, LONGEST_REASON);
}
