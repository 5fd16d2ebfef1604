import { visible } from '../common/visible.ts';
import type { ListedAttempt } from '../journal/reader.ts';
import { oneLine } from './explanation.ts';

/** An attempt for a terminal, with the last that it printed. */
export function describeAttempt({ attempt, startedAt, endedAt, state, outcome, output }: ListedAttempt): string[] {
  const lasted = endedAt === undefined ? '' : `, ${endedAt - startedAt} ms`;
  const ended = state ?? 'running, or cut short when voeventd ended';
  return [
    `  attempt ${attempt}: ${ended}, started ${iso(startedAt)}${lasted}`,
    ...(outcome === undefined ? [] : [`    ${oneLine(outcome)}`]),
    ...(output === undefined
      ? []
      : visible(output)
          .split('\n')
          .map((line) => `    | ${line}`)),
  ];
}

export function attemptJson({ attempt, startedAt, endedAt, state, outcome, output }: ListedAttempt): object {
  return { attempt, state, startedAt: iso(startedAt), endedAt: isoOf(endedAt), outcome, output };
}

const iso = (timeMs: number): string => new Date(timeMs).toISOString();
const isoOf = (timeMs: number | undefined): string | undefined => (timeMs === undefined ? undefined : iso(timeMs));
