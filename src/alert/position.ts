import { attributeOf, childOf, descend, textAt, type XmlElement } from './xml.ts';

/** Where the event is, in degrees. All fields absent when the packet gives no position. */
export interface Position {
  ra?: number;
  dec?: number;
  errorRadius?: number;
  system?: string;
}

const WHOLE_SKY_RADIUS_DEG = 180;

/**
 * The first `Position2D` of the first `AstroCoords` (VOEvent 2.0 §3.4). GCN writes "no position" as 0,0 with a huge
 * radius, or marks it with `RADec_valid=false`; −999 stands for a retracted one. None of these is a place to point at.
 */
export function readPosition(whereWhen: XmlElement | undefined, radecValid: string | undefined): Position {
  const coords = descend(whereWhen, 'ObsDataLocation', 'ObservationLocation', 'AstroCoords');
  const system = attributeOf(coords, 'coord_system_id');
  const position = childOf(coords, 'Position2D');
  const found: Position = system === undefined ? {} : { system };
  if (position === undefined || radecValid?.toLowerCase() === 'false') return found;
  const unit = attributeOf(position, 'unit')?.split(/[\s,]+/) ?? [];
  const values = childOf(position, 'Value2') ?? position;
  const ra = toDegrees(textAt(values, 'C1'), unit[0]);
  const dec = toDegrees(textAt(values, 'C2'), unit[1] ?? notHours(unit[0]));
  const errorRadius = toDegrees(textAt(position, 'Error2Radius'), unit[1] ?? notHours(unit[0]));
  if (ra === undefined || dec === undefined || ra < -360 || ra > 360 || dec < -90 || dec > 90) return found;
  if (ra === 0 && dec === 0 && errorRadius !== undefined && errorRadius >= WHOLE_SKY_RADIUS_DEG) return found;
  found.ra = ra >= 0 && ra < 360 ? ra : (ra + 360) % 360;
  found.dec = dec;
  if (errorRadius !== undefined && errorRadius >= 0) found.errorRadius = errorRadius;
  return found;
}

/** Hours can only be meant for the right ascension. */
function notHours(unit: string | undefined): string | undefined {
  return unit !== undefined && /^h/i.test(unit) ? 'deg' : unit;
}

function toDegrees(text: string | undefined, unit = 'deg'): number | undefined {
  if (text === undefined) return undefined;
  const factor = unitFactor(unit);
  const sexagesimal = /^([+-]?)(\d{1,3})[: ](\d{1,2})[: ](\d{1,2}(?:\.\d+)?)$/.exec(text);
  if (sexagesimal !== null) {
    const [, sign, whole, minutes, seconds] = sexagesimal;
    const value = Number(whole) + Number(minutes) / 60 + Number(seconds) / 3_600;
    return (sign === '-' ? -value : value) * factor;
  }
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) ? value * factor : undefined;
}

function unitFactor(unit: string): number {
  if (/^(rad|radian)s?$/i.test(unit)) return 180 / Math.PI;
  if (/^(h|hr|hour|hms)/i.test(unit)) return 15;
  if (/^arcmin/i.test(unit)) return 1 / 60;
  if (/^(arcsec|as$)/i.test(unit)) return 1 / 3_600;
  return 1;
}
