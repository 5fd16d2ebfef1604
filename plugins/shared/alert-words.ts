import type { Alert, Context } from '../../src/plugin/api.ts';
import { decimalPosition, radius, sexagesimalPosition, unusualSystem } from './position.ts';
import { oneLine } from './text.ts';

/** What an alert says of one thing, for people. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Of one name or value: a long one must not push all else out. */
const LONGEST_VALUE = 200;
const SECONDS_A_YEAR = 31_557_600;

/** Who says what, and where, in one line: `Swift BAT: new, 05:34:31.94 +22:00:52.2 ± 0.05 deg`. */
export function titleOf(alert: Alert): string {
  const { test, mission, stream, instruments, kind, ra, dec, errorRadius } = alert;
  const who = [mission ?? stream, ...instruments].map((name) => oneLine(name, 60)).slice(0, 4);
  const error = errorRadius === undefined ? '' : ` ± ${radius(errorRadius)} deg`;
  const where = ra === undefined || dec === undefined ? '' : `, ${sexagesimalPosition(ra, dec)}${error}`;
  return `${test ? 'TEST ' : ''}${who.join(' ')}: ${kind}${where}`;
}

/** What the alert says, in the order in which an observer asks; what it does not say is left out. */
export function factsOf(alert: Alert): Fact[] {
  const { test, role, kind, time, timeStop, ra, dec, errorRadius, containment, positionName, system } = alert;
  const isPlaced = ra !== undefined && dec !== undefined;
  const facts: readonly [string, string | undefined | false][] = [
    ['Role', test && role !== 'test' ? `${role}, marked as a test` : role],
    ['Kind', kind],
    ['Event', time && (timeStop === undefined ? time : `${time} to ${timeStop}`)],
    ['Position', isPlaced && sexagesimalPosition(ra, dec)],
    ['Position (deg)', isPlaced && decimalPosition(ra, dec)],
    ['Error radius', errorRadius !== undefined && `${radius(errorRadius)} deg${confidence(containment)}`],
    ['Place', positionName],
    ['Coordinates', unusualSystem(system)],
    ...reasons(alert),
    ['Received', alert.receivedAt],
    ['Source', alert.source],
  ];
  return facts.flatMap(([name, value]) =>
    typeof value === 'string' && value !== '' ? [{ name, value: oneLine(value, LONGEST_VALUE) }] : [],
  );
}

/** What others have failed at, a sentence each: `slew failed after 3 attempts: the mount is busy`. */
export function failuresOf(because: Context['because']): string[] {
  return (because ?? []).map(({ handler, attempts, outcome }) =>
    oneLine(`${handler} failed${attempts === 1 ? '' : ` after ${attempts} attempts`}: ${outcome}`, 600),
  );
}

function confidence(containment: number | undefined): string {
  return containment === undefined ? '' : ` (${Number((100 * containment).toPrecision(3))} %)`;
}

/** Why it may matter. */
function reasons({ importance, significance, far, classification }: Alert): [string, string | undefined][] {
  const likely = Object.entries(classification ?? {})
    .filter(([, probability]) => probability >= 0.01)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 4)
    .map(([name, probability]) => `${name} ${Number((100 * probability).toPrecision(3))} %`);
  return [
    ['Classification', likely.join(', ')],
    ['Importance', importance?.toString()],
    ['Significance', significance === undefined ? undefined : `${significance} sigma`],
    ['False alarms', far === undefined ? undefined : `${Number((far * SECONDS_A_YEAR).toPrecision(3))} per year`],
  ];
}
