import type { Error2 } from '../model.ts';
import { plainDecimal, textNode, type XmlNode } from '../xml/write.ts';
import { type Draft, type FormatVersion, writeTime } from './draft.ts';

/**
 * The model's own convention (UTC, ICRS), and the one place on VOEvent 2.0's list that needs no coordinates of an
 * observatory: the centre of the Earth, which the light reaches within 22 ms of any telescope on the ground.
 */
const DEFAULT_SYSTEM = 'UTC-ICRS-GEO';

/** `WhereWhen` (VOEvent 2.0 §3.4), with the elements in the order that 2.1's schema wants; 2.0's takes any. */
export function composeWhereWhen(draft: Draft, version: FormatVersion): XmlNode[] {
  const coords = [
    ...composeTime(draft),
    ...textNode('PositionName', draft.positionName),
    ...composePosition(draft, version),
  ];
  const { system = '', observatory = '' } = draft;
  if (coords.length === 0 && system.trim() === '' && observatory === '') return [];
  const id = system.trim() === '' ? DEFAULT_SYSTEM : system;
  // From 2.1 on it is an XML identifier, which free text need not be.
  const frame = /^[A-Za-z_][\w.-]*$/.test(id) ? { attributes: { id } } : {};
  const location = [
    { name: 'AstroCoordSystem', ...frame },
    { name: 'AstroCoords', attributes: { coord_system_id: id }, content: coords },
  ];
  const observer = { name: 'ObservatoryLocation', attributes: { id: observatory === '' ? undefined : observatory } };
  const content = [observer, { name: 'ObservationLocation', content: location }];
  return [{ name: 'WhereWhen', content: [{ name: 'ObsDataLocation', content }] }];
}

function composeTime({ time, timeStart, timeStop }: Draft): XmlNode[] {
  const element = (name: string, text: string | undefined) =>
    textNode(name, text === undefined ? undefined : writeTime(text));
  const interval = [...element('ISOTimeStart', timeStart), ...element('ISOTimeStop', timeStop)];
  const instant = element('ISOTime', time);
  if (interval.length > 0) return [{ name: 'Time', content: [{ name: 'TimeInterval', content: interval }] }];
  return instant.length === 0 ? [] : [{ name: 'Time', content: [{ name: 'TimeInstant', content: instant }] }];
}

function composePosition({ ra, dec, errorRadius, error2 }: Draft, version: FormatVersion): XmlNode[] {
  if (ra === undefined || dec === undefined) return [];
  const axes = error2 === undefined || version === '2.0' ? undefined : alongAxes(error2);
  const radius = errorRadius ?? (axes === undefined ? error2?.major : undefined);
  return [
    {
      name: 'Position2D',
      attributes: { unit: 'deg' },
      content: [
        { name: 'Name1', content: 'RA' },
        { name: 'Name2', content: 'Dec' },
        { name: 'Value2', content: axesNodes(ra, dec) },
        ...(radius === undefined ? [] : [{ name: 'Error2Radius', content: plainDecimal(radius) }]),
        ...(axes === undefined ? [] : [{ name: 'Error2', content: axesNodes(axes.ra, axes.dec) }]),
      ],
    },
  ];
}

function axesNodes(first: number, second: number): XmlNode[] {
  return [
    { name: 'C1', content: plainDecimal(first) },
    { name: 'C2', content: plainDecimal(second) },
  ];
}

/** The half-axes along right ascension and declination; undefined for an ellipse that is turned. */
function alongAxes({ major, minor, angle }: Error2): { ra: number; dec: number } | undefined {
  if (angle === 0 || major === minor) return { ra: minor, dec: major };
  return angle === 90 ? { ra: major, dec: minor } : undefined;
}
