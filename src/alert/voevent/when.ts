import { present } from '../present.ts';
import { normaliseTime } from '../time.ts';
import { childOf, find, textAt, type XmlElement } from '../xml/xml.ts';
import { astroCoords } from './where.ts';

/** When the event happened. */
export interface EventTime {
  readonly time?: string;
  readonly timeStart?: string;
  readonly timeStop?: string;
}

/**
 * An instant, or the start and the end of an interval: VOEvent 2.1's `ISOTimeStart` and `ISOTimeStop`, or STC's
 * `StartTime` and `StopTime`. In the simple shape of 2005, `Time/Value`.
 */
export function readEventTime(whereWhen: XmlElement | undefined): EventTime {
  const coords = astroCoords(whereWhen);
  const time = coords === undefined ? find(whereWhen, 'Time') : childOf(coords, 'Time');
  const interval = childOf(time, 'TimeInterval');
  const timeStart = normaliseTime(
    textAt(interval, 'ISOTimeStart') ?? textAt(interval, 'StartTime', 'ISOTime') ?? textAt(interval, 'StartTime'),
  );
  const timeStop = normaliseTime(
    textAt(interval, 'ISOTimeStop') ?? textAt(interval, 'StopTime', 'ISOTime') ?? textAt(interval, 'StopTime'),
  );
  const instant = normaliseTime(textAt(time, 'TimeInstant', 'ISOTime') ?? textAt(time, 'Value') ?? textAt(time));
  return present({
    time: instant ?? timeStart,
    timeStart,
    timeStop,
  });
}
