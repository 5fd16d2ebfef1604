import { formatDuration } from '../common/durations.ts';

/** What a rehearsal has seen. */
export interface RehearsalReport {
  readonly sent: number;
  readonly acknowledged: number;
  /** From the first packet sent to the last ack, in milliseconds. */
  readonly lastedMs: number;
  /** Milliseconds from a packet's last byte written to its ack, sorted. */
  readonly latenciesMs: readonly number[];
  /** What was wrong, each kind once, with how often. */
  readonly wrongs: ReadonlyMap<string, number>;
}

/** The value below which this fraction of the sorted numbers lies. */
export function quantile(sorted: readonly number[], fraction: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))];
}

/** The report for a person, a few lines. */
export function formatReport({ sent, acknowledged, lastedMs, latenciesMs, wrongs }: RehearsalReport): string {
  const lines = [`${acknowledged} of ${sent} alerts acknowledged in ${formatDuration(lastedMs)}`];
  if (acknowledged > 1 && lastedMs > 0) lines[0] += `: ${perSecond(acknowledged, lastedMs)} alerts/s`;
  const p50 = quantile(latenciesMs, 0.5);
  const p99 = quantile(latenciesMs, 0.99);
  if (p50 !== undefined && p99 !== undefined) {
    lines.push(
      `ack latency: median ${p50.toFixed(2)} ms, 99 % below ${p99.toFixed(2)} ms, longest ${latenciesMs.at(-1)?.toFixed(2)} ms`,
    );
  }
  if (wrongs.size === 0) lines.push('nothing was wrong');
  for (const [wrong, times] of wrongs) lines.push(`wrong: ${wrong}${times > 1 ? ` (${times} times)` : ''}`);
  return lines.join('\n');
}

function perSecond(count: number, durationMs: number): string {
  const rate = (count * 1_000) / durationMs;
  return rate >= 100 ? rate.toFixed(0) : rate.toPrecision(2);
}
