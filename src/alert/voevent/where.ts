import { type Axis, decimal, toDegrees } from '../angle.ts';
import { ellipse, onTheSky, type Place, type SkyPosition } from '../position.ts';
import { present } from '../present.ts';
import { attributeOf, childOf, childrenOf, find, textAt, type XmlElement } from '../xml/xml.ts';

/** Where the event is, in degrees. All fields absent when the packet gives no position. */
export type Position = Partial<SkyPosition> & { readonly system?: string; readonly positionName?: string };

/** GCN writes it for both coordinates of an event that was retracted. */
const RETRACTED = -999;

/** Coordinates that are not equatorial: on the ground, in the Galaxy, on the Sun, along the ecliptic, above the horizon. */
const EQUATORIAL = /ICRS|FK[45]|J2000|B1950/i;
const OTHER_FRAME = /GEOD|GAL|ECL|HGS|HGC|HPC|HPR|HEE|HCC|HCR|CARR|BODY|ALT|AZ/i;
const OTHER_AXIS = /^(?:g?(?:l|lon|long|longitude)|l_?ii|az|azimuth|alt|altitude|x|y|z|theta|phi|r)$/i;

/** What a `WhereWhen` says of the place. */
export interface Where {
  readonly position: Position;
  /** Whether the position was withdrawn. */
  readonly retracted: boolean;
}

/**
 * The first `Position2D` of the first `AstroCoords` (VOEvent 2.0 §3.4), or the simple shape of 2005: `RA` and `Dec`, each
 * with a `Coord`. GCN writes "no position" as 0,0 with a huge radius, or marks it with `RADec_valid=false`.
 */
export function readWhere(whereWhen: XmlElement | undefined, radecValid: string | undefined): Where {
  const coords = astroCoords(whereWhen);
  const frame = coords === undefined ? undefined : find(whereWhen, 'AstroCoordSystem');
  const system = attributeOf(coords, 'coord_system_id') ?? attributeOf(frame, 'id') ?? attributeOf(frame, 'ID');
  const named = present({ system, positionName: textAt(coords, 'PositionName') });
  const place = coords === undefined ? simplePlace(whereWhen) : placeIn(coords);
  if (place?.ra === RETRACTED && place.dec === RETRACTED) return { position: named, retracted: true };
  const spaceFrame = textAt(frame, 'SpaceFrame', 'SpaceRefFrame') ?? '';
  const isElsewhere = isNotEquatorial(system ?? '') || isNotEquatorial(spaceFrame);
  if (place === undefined || isElsewhere || radecValid?.trim().toLowerCase() === 'false') {
    return { position: named, retracted: false };
  }
  return { position: { ...named, ...onTheSky(place) }, retracted: false };
}

function isNotEquatorial(frame: string): boolean {
  return !EQUATORIAL.test(frame) && OTHER_FRAME.test(frame);
}

/** The coordinates of the event. Those of the observatory stand in an `ObservatoryLocation`, often before them. */
export function astroCoords(whereWhen: XmlElement | undefined): XmlElement | undefined {
  return find(find(whereWhen, 'ObservationLocation') ?? whereWhen, 'AstroCoords');
}

function placeIn(coords: XmlElement): Place | undefined {
  const position = childOf(coords, 'Position2D') ?? childOf(coords, 'Position3D');
  if (position === undefined || OTHER_AXIS.test(textAt(position, 'Name1') ?? '')) return undefined;
  const units = attributeOf(position, 'unit')?.split(/[\s,]+/) ?? [];
  const values = childOf(position, 'Value2') ?? childOf(position, 'Value3') ?? position;
  // STC 1.20 wrote both numbers into Value2.
  const [first, second] = values.text.split(/\s+/);
  const ra = coordinate(childOf(values, 'C1'), first, units[0], 'ra');
  const dec = coordinate(childOf(values, 'C2'), second, units[1] ?? units[0], 'dec');
  return { ra, dec, ...errorsIn(position, units[1] ?? units[0]) };
}

function coordinate(element: XmlElement | undefined, text: string | undefined, unit: string | undefined, axis: Axis) {
  return toDegrees(element?.text ?? text, attributeOf(element, 'pos_unit') ?? unit, axis);
}

function errorsIn(position: XmlElement, unit: string | undefined): Pick<Place, 'errorRadius' | 'error2'> {
  const circle = childOf(position, 'Error2Radius');
  const axes = childOf(position, 'Error2');
  const turned = childOf(position, 'Error2PA');
  const [size1, size2] = childOf(turned, 'Size')?.text.split(/\s+/) ?? [];
  return {
    errorRadius: coordinate(circle, undefined, attributeOf(circle, 'unit') ?? unit, 'dec'),
    error2:
      ellipse(
        coordinate(childOf(axes, 'C2'), undefined, unit, 'dec'),
        coordinate(childOf(axes, 'C1'), undefined, unit, 'dec'),
        0,
      ) ?? ellipse(toDegrees(size1, unit, 'dec'), toDegrees(size2, unit, 'dec'), angleOf(turned)),
  };
}

function angleOf(element: XmlElement | undefined): number {
  return decimal(textAt(element, 'PosAngle')) ?? 0;
}

/** `<RA units="deg"><Coord>148.888</Coord><Error value="4" units="arcmin"/></RA>`, and `Dec` likewise. */
function simplePlace(whereWhen: XmlElement | undefined): Place | undefined {
  const ra = find(whereWhen, 'RA') ?? find(whereWhen, 'Ra');
  const dec = find(whereWhen, 'Dec') ?? find(whereWhen, 'DEC');
  if (ra === undefined || dec === undefined) return undefined;
  const errors = [ra, dec].flatMap((axis) => simpleErrors(axis));
  return {
    ra: simpleCoordinate(ra, 'ra'),
    dec: simpleCoordinate(dec, 'dec'),
    errorRadius: errors.length === 0 ? undefined : Math.max(...errors),
    error2: undefined,
  };
}

function simpleCoordinate(element: XmlElement, axis: Axis): number | undefined {
  const coord = childOf(element, 'Coord') ?? childOf(element, 'Value') ?? element;
  const text = coord.text === '' ? (attributeOf(coord, 'value') ?? attributeOf(element, 'value')) : coord.text;
  return toDegrees(text, unitOf(coord) ?? unitOf(element), axis);
}

function simpleErrors(element: XmlElement): number[] {
  return childrenOf(element, 'Error').flatMap((error) => {
    const degrees = toDegrees(attributeOf(error, 'value') ?? error.text, unitOf(error) ?? unitOf(element), 'dec');
    return degrees === undefined || degrees < 0 ? [] : [degrees];
  });
}

/** VOEvent 1.0 wrote `units`. */
export function unitOf(element: XmlElement): string | undefined {
  return attributeOf(element, 'unit') ?? attributeOf(element, 'units');
}
