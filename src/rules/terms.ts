/** What rules may name beside the fields of an alert. docs/rules-reference.md and the environment are made from this. */

/** A name behind a dot, as `sky.altitude`. */
export interface Name {
  /** Its CEL type. */
  readonly type: 'double' | 'bool' | 'string';
  readonly description: string;
}

export const SITE_NAMES = {
  name: { type: 'string', description: 'Name of the site in the configuration.' },
  latitude: { type: 'double', description: 'Degrees, north positive.' },
  longitude: { type: 'double', description: 'Degrees, east positive.' },
  elevation: { type: 'double', description: 'Metres above the sea.' },
  twilight: { type: 'double', description: 'Altitude of the Sun below which it is night there, degrees.' },
} as const satisfies Readonly<Record<string, Name>>;

export const SKY_NAMES = {
  altitude: { type: 'double', description: 'Altitude of the position above the horizon, degrees, without refraction.' },
  azimuth: { type: 'double', description: 'Azimuth of the position, degrees from North through East.' },
  airmass: { type: 'double', description: 'Airmass of the position; missing where it is below the horizon.' },
  hourAngle: { type: 'double', description: 'Hour angle of the position, degrees, west positive, −180 to 180.' },
  sunAltitude: { type: 'double', description: 'Altitude of the Sun, degrees.' },
  sunSeparation: { type: 'double', description: 'Degrees between the position and the Sun.' },
  moonAltitude: { type: 'double', description: 'Altitude of the Moon, degrees.' },
  moonSeparation: { type: 'double', description: 'Degrees between the position and the Moon.' },
  moonIllumination: { type: 'double', description: 'Illuminated part of the Moon’s disc, 0 to 1.' },
  galacticLatitude: { type: 'double', description: 'Galactic latitude of the position, degrees.' },
  galacticLongitude: { type: 'double', description: 'Galactic longitude of the position, degrees.' },
  eclipticLatitude: { type: 'double', description: 'Ecliptic latitude of the position, degrees.' },
  isNight: { type: 'bool', description: 'Whether the Sun is below the twilight of the site.' },
  isUp: { type: 'bool', description: 'Whether the position is above the horizon of the site.' },
} as const satisfies Readonly<Record<string, Name>>;

export const THREAD_NAMES = {
  first: { type: 'bool', description: 'Whether no earlier alert is about the same event.' },
  retracted: { type: 'bool', description: 'Whether the event has been withdrawn, by this alert or an earlier one.' },
  moved: {
    type: 'double',
    description: 'Degrees from the position in the previous alert to the one in this; missing where one is not known.',
  },
} as const satisfies Readonly<Record<string, Name>>;

/** A function, or a method of `sky`; whole numbers fit wherever it takes a `double`. */
export interface Signature {
  readonly name: string;
  readonly of?: 'sky';
  readonly parameters: readonly { readonly name: string; readonly type: 'string' | 'double' }[];
  readonly returns: 'string' | 'double' | 'bool' | 'duration';
  readonly description: string;
}

const text = (name: string) => ({ name, type: 'string' }) as const;
const number = (name: string) => ({ name, type: 'double' }) as const;

export const FUNCTIONS = [
  {
    ...{ name: 'param', parameters: [text('name')], returns: 'string' },
    description: 'The text of the first Param of that name.',
  },
  {
    ...{ name: 'param', parameters: [text('group'), text('name')], returns: 'string' },
    description: 'The text of the first Param of that name in the group.',
  },
  {
    ...{ name: 'number', parameters: [text('name')], returns: 'double' },
    description: 'The Param of that name as a number.',
  },
  {
    ...{ name: 'number', parameters: [text('group'), text('name')], returns: 'double' },
    description: 'The Param of that name in the group as a number.',
  },
  {
    ...{ name: 'flag', parameters: [text('name')], returns: 'bool' },
    description:
      'The Param of that name as true or false: `true`, `yes` and `1`, or `false`, `no` and `0`, in any case.',
  },
  {
    ...{ name: 'flag', parameters: [text('group'), text('name')], returns: 'bool' },
    description: 'The Param of that name in the group as true or false.',
  },
  {
    ...{ name: 'probability', parameters: [text('name')], returns: 'double' },
    description: 'The probability of that name in the alert’s `classification` or `properties`, 0 to 1.',
  },
  {
    ...{ name: 'age', parameters: [], returns: 'duration' },
    description: 'How long ago the alert was written: compare it with `duration("10m")`.',
  },
  {
    ...{ name: 'separation', parameters: [number('ra'), number('dec')], returns: 'double' },
    description: 'Degrees between the position of the alert and this one.',
  },
  {
    ...{ name: 'risesWithin', of: 'sky', parameters: [number('hours'), number('altitude')], returns: 'bool' },
    description: 'Whether the position is, or will be within these hours, at least so many degrees high.',
  },
  {
    name: 'visibleMinutes',
    of: 'sky',
    parameters: [number('hours'), number('minAltitude'), number('maxSunAltitude')],
    returns: 'double',
    description:
      'Minutes within the next hours during which the position is at least so high, and the Sun at most so high, degrees.',
  },
] as const satisfies readonly Signature[];

/** As `sky.risesWithin(hours: double, altitude: double): bool`. */
export function signatureOf({ name, parameters, returns, ...rest }: Signature): string {
  const given = parameters.map((one) => `${one.name}: ${one.type}`).join(', ');
  return `${rest.of === undefined ? '' : `${rest.of}.`}${name}(${given}): ${returns}`;
}
