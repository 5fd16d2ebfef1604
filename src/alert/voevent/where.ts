import { type Axis, decimal, toDegrees } from '../angle.ts';
import { ellipse, onTheSky, type Place, type SkyPosition } from '../position.ts';
import { present } from '../present.ts';
import { attributeOf, childOf, childrenOf, find, textAt, type XmlElement } from '../xml/xml.ts';

/** Where the event is, in degrees. All fields absent when the packet gives no position. */
export type Position = Partial<SkyPosition> & { readonly system?: string; readonly positionName?: string };

/** GCN writes it for both coordinates of an event that was retracted. */
const RETRACTED = -999;

/**
 * Coordinates that are not equatorial: on the ground, in the Galaxy, on the Sun, along the ecliptic, above the horizon.
 * Only where a word begins: since VOEvent 2.1 the name is free, and may say “declination”. An equinox makes none
 * equatorial: there is an ecliptic of J2000 too.
 */
const EQUATORIAL = /ICRS|FK[45]|EQUATORIAL/i;
const OTHER_FRAME =
  /(?<![a-z])(?:GEOD|GEO_[CD]|(?:SUPER)?GAL|ECL|GS[EM]|HELIOGRA|HELIOPRO|HG[SCI]|HP[CRL]|HEE|HC[CR]|CARR|BODY|ALT|AZ|HORIZONTAL)/i;
const OTHER_AXIS = /^(?:g?(?:l|lon|long|longitude)|l_?ii|az|azimuth|alt|altitude|x|y|z|theta|phi|r)$/i;

/** What a `WhereWhen` says of the place. */
export interface Where {
  readonly position: Position;
  /** Whether the position was withdrawn. */
  readonly retracted: boolean;
}

/**
 * The first `Position2D` of the first `AstroCoords` (VOEvent 2.0 §3.4), or the simple shape of 2005: `RA` and `Dec`, each
 * with a `Coord`.
 *
 * @param hasNoPosition whether the packet says elsewhere that the coordinates mean nothing
 */
export function readWhere(whereWhen: XmlElement | undefined, hasNoPosition: boolean): Where {
  const coords = astroCoords(whereWhen);
  const frame = coords === undefined ? undefined : findOfEvent(whereWhen, 'AstroCoordSystem');
  const system = attributeOf(coords, 'coord_system_id') ?? attributeOf(frame, 'id') ?? attributeOf(frame, 'ID');
  const named = present({ system, positionName: textAt(coords, 'PositionName') });
  const place = coords === undefined ? simplePlace(whereWhen) : placeIn(coords);
  if (place?.ra === RETRACTED && place.dec === RETRACTED) return { position: named, retracted: true };
  const isElsewhere = [system ?? '', ...spaceFrames(frame)].some(isNotEquatorial);
  if (place === undefined || isElsewhere || hasNoPosition) {
    return { position: named, retracted: false };
  }
  return { position: { ...named, ...onTheSky(place) }, retracted: false };
}

function isNotEquatorial(frame: string): boolean {
  return !EQUATORIAL.test(frame) && OTHER_FRAME.test(frame);
}

/** The coordinates of the event. Those of the observatory stand in an `ObservatoryLocation`, often before them. */
export function astroCoords(whereWhen: XmlElement | undefined): XmlElement | undefined {
  return findOfEvent(whereWhen, 'AstroCoords');
}

/** The first element of that name, but for what is said of the observatory. */
function findOfEvent(element: XmlElement | undefined, name: string): XmlElement | undefined {
  for (const child of element?.children ?? []) {
    if (child.name === 'ObservatoryLocation') continue;
    const found = child.name === name ? child : findOfEvent(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** STC names the frame of space by an element (`<GALACTIC_II/>`), some by a text in `SpaceRefFrame`. */
function spaceFrames(frame: XmlElement | undefined): string[] {
  const space = childOf(frame, 'SpaceFrame')?.children ?? [];
  return space.flatMap(({ name, text }) => (name === 'Name' ? [] : [name === 'SpaceRefFrame' ? text : name]));
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
  const [north, east] = ['C2', 'C1'].map((name) => coordinate(childOf(axes, name), undefined, unit, 'dec'));
  return {
    // Since VOEvent 2.1 either half of an Error2 may be missing.
    errorRadius: coordinate(circle, undefined, attributeOf(circle, 'unit') ?? unit, 'dec') ?? lone(north, east),
    error2:
      ellipse(north, east, 0) ?? ellipse(toDegrees(size1, unit, 'dec'), toDegrees(size2, unit, 'dec'), angleOf(turned)),
  };
}

/** The one that is there, when the other is not. */
function lone(first: number | undefined, second: number | undefined): number | undefined {
  return first === undefined || second === undefined ? (first ?? second) : undefined;
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
    errorRadius: errors.reduce<number | undefined>((most, error) => Math.max(most ?? error, error), undefined),
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
