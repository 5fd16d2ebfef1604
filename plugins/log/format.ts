import type { Alert, Context } from '../../src/plugin/api.ts';
import { alertJson } from '../shared/alert-json.ts';
import { failuresOf } from '../shared/alert-words.ts';
import { decimalPosition, radius, sexagesimalPosition, unusualSystem } from '../shared/position.ts';
import { printable, UNPRINTABLE } from '../shared/words.ts';

/** No part of a line can fill a screen: a longer one is cut. */
const LONGEST_PART = 400;

/**
 * The alert in one line: when it came, what it is, which one, when and where, how important, from where; and what others
 * have failed at. As
 * `2026-11-22T10:00:07.250Z observation new ivo://a/b#c | event 2026-11-22T09:59:58Z | 83.63310 +22.01450 ± 0.05 deg
 * (05:34:31.94 +22:00:52.2) | importance 0.95 | from campus`.
 */
export function line(alert: Alert, because: Context['because']): string {
  const { receivedAt, test, role, kind, ivorn, time, importance, source } = alert;
  const mark = test ? 'TEST ' : '';
  const parts = [`${receivedAt} ${mark}${role} ${kind} ${ivorn}`];
  if (time !== undefined) parts.push(`event ${time}`);
  const where = position(alert);
  if (where !== undefined) parts.push(where);
  if (importance !== undefined) parts.push(`importance ${importance}`);
  parts.push(`from ${source}`, ...failuresOf(because));
  return parts.map(short).join(' | ');
}

/** The decoded alert as JSON in one line, as `alertJson` writes it. What a terminal would obey is escaped, so nothing is lost. */
export function json(alert: Alert, because: Context['because']): string {
  return alertJson(alert, because).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function position({ ra, dec, errorRadius, system }: Alert): string | undefined {
  if (ra === undefined || dec === undefined) return undefined;
  const error = errorRadius === undefined ? '' : ` ± ${radius(errorRadius)}`;
  const frame = unusualSystem(system);
  const degrees = `${decimalPosition(ra, dec)}${error} deg`;
  return `${degrees} (${sexagesimalPosition(ra, dec)})${frame === undefined ? '' : ` ${frame}`}`;
}

function short(text: string): string {
  const clean = printable(text);
  return clean.length <= LONGEST_PART ? clean : `${clean.slice(0, LONGEST_PART)}…`;
}
