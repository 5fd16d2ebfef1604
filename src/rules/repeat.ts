import type { Alert } from '../alert/model.ts';
import { separation } from '../sky/angles.ts';
import type { Circumstances } from './circumstances.ts';
import { pretendsWith, type Selection } from './selection.ts';

/** Why a handler that has got an alert of the thread does not get this one too; undefined when it does. */
export function repeats(
  selection: Pick<Selection, 'handler' | 'cancels' | 'once' | 'repeat' | 'mode' | 'roles'>,
  { alert, delivered }: Circumstances,
): string | undefined {
  const { handler, cancels, once, repeat } = selection;
  if (!once && repeat === undefined) return undefined;
  const last = delivered({ handler, cancels, pretends: pretendsWith(selection, alert) });
  if (last === undefined) return undefined;
  const name = `the handler has got ${last.ivorn} of this thread`;
  if (repeat === undefined) return name;
  const { movedDegrees, improved } = repeat;
  if (movedDegrees !== undefined) {
    const moved = distance(last, alert);
    if (moved !== undefined && moved >= movedDegrees) return undefined;
    if (!improved)
      return `${name}, and its position has ${moved === undefined ? 'not become known' : `moved ${moved.toFixed(2)}° of ${movedDegrees}°`}`;
  }
  if (improved && isSmaller(alert, last)) return undefined;
  return `${name}, and this one is no better`;
}

function distance(a: Alert, b: Alert): number | undefined {
  if (a.ra === undefined || a.dec === undefined || b.ra === undefined || b.dec === undefined) return undefined;
  return separation(a.ra, a.dec, b.ra, b.dec);
}

/** A circle is better than none, and a smaller one than a larger. */
function isSmaller(now: Alert, before: Alert): boolean {
  if (now.errorRadius === undefined) return false;
  return before.errorRadius === undefined || now.errorRadius < before.errorRadius;
}
