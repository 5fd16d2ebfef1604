import { type ComponentChildren, h, type JSX } from 'preact';
import { shown } from './text.ts';

const UNITS = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3_600 },
  { name: 'min', seconds: 60 },
  { name: 's', seconds: 1 },
] as const;

/** `2026-11-27 05:40:12 UTC`, or undefined when it is no time. */
export function utc(time: string | number): string | undefined {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return undefined;
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `05:40:12 UTC` */
export function clock(time: string | number): string {
  return utc(time)?.slice(-12) ?? '';
}

/** A span of time in two units at most below ten of the larger one: `12 s`, `3 min`, `2 h 5 min`, `12 d`. */
export function span(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1_000));
  const index = UNITS.findIndex((unit) => seconds >= unit.seconds);
  const unit = UNITS[index];
  if (unit === undefined) return '0 s';
  const amount = Math.floor(seconds / unit.seconds);
  const next = UNITS[index + 1];
  if (next === undefined || next.name === 's' || amount >= 10) return `${amount} ${unit.name}`;
  const rest = Math.floor((seconds - amount * unit.seconds) / next.seconds);
  return rest === 0 ? `${amount} ${unit.name}` : `${amount} ${unit.name} ${rest} ${next.name}`;
}

/** `3 min ago`, `in 12 s`, `now`. */
export function relative(time: string | number, now: number): string {
  const ago = now - new Date(time).getTime();
  if (Number.isNaN(ago)) return '';
  if (Math.abs(ago) < 1_000) return 'now';
  return ago > 0 ? `${span(ago)} ago` : `in ${span(-ago)}`;
}

/** For how long something has been as it is, and since when. */
export function shownSince(time: string, now: number): ComponentChildren {
  return ['for ', span(now - Date.parse(time)), ', since ', absolute(time, now)];
}

/**
 * A time, and how long ago it was where somebody keeps that fresh; then the day is left out where it is today's.
 * @param now milliseconds since 1970 by the daemon's clock
 */
export function shownTime(time: string | number | undefined, now?: number): JSX.Element | undefined {
  if (time === undefined) return undefined;
  if (now === undefined || utc(time) === undefined) return absolute(time);
  return h('span', { class: 'when' }, h('span', { class: 'ago' }, relative(time, now)), ' ', absolute(time, now));
}

/** Breaks between day and time alone. */
function absolute(time: string | number, now?: number): JSX.Element {
  const text = utc(time);
  if (text === undefined) return shown(String(time));
  const [day, rest] = [text.slice(0, 10), text.slice(11)];
  const isToday = now !== undefined && utc(now)?.startsWith(day) === true;
  const whole = (part: string) => h('span', { class: 'whole' }, part);
  return h('time', { dateTime: new Date(time).toISOString() }, isToday ? whole(rest) : [whole(day), ' ', whole(rest)]);
}
