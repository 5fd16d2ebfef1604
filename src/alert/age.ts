import { formatDuration } from '../common/durations.ts';
import type { Alert } from './model.ts';

/**
 * Why the alert is too old, or undefined. Its age counts from when it was written, or from its arrival where that is
 * earlier or it bears no date: neither a back-fill nor a restart must act on yesterday's events.
 */
export function tooOld(alert: Alert, maxAgeMs: number | undefined, now: number): string | undefined {
  if (maxAgeMs === undefined) return undefined;
  const receivedAt = Date.parse(alert.receivedAt);
  const writtenAt = alert.date === undefined ? receivedAt : Date.parse(alert.date);
  const ageMs = now - Math.min(receivedAt, writtenAt);
  if (ageMs <= maxAgeMs) return undefined;
  return `it is ${formatDuration(ageMs)} old, and the handler's maxAge is ${formatDuration(maxAgeMs)}`;
}
