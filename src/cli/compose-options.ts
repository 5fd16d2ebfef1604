import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Axis, toDegrees } from '../alert/angle.ts';
import type { FormatVersion } from '../alert/compose/draft.ts';

/** A Param as a flag gives it. */
export interface ParamFlag {
  readonly name: string;
  readonly value: string;
  readonly group?: string;
  readonly unit?: string;
  readonly ucd?: string;
  readonly dataType?: string;
}

/** The flags of `voeventd compose`. */
export interface ComposeFlags {
  readonly ivorn?: string;
  readonly stream?: string;
  readonly local?: string;
  readonly role?: string;
  readonly authorIvorn?: string;
  readonly authorName?: string;
  readonly contactName?: string;
  readonly contactEmail?: string;
  readonly date?: string;
  readonly time?: string;
  readonly ra?: number;
  readonly dec?: number;
  readonly error?: number;
  readonly param?: readonly ParamFlag[];
  readonly description?: string;
  readonly concept?: string;
  readonly name?: string;
  readonly probability?: number;
  readonly importance?: number;
  readonly reference?: readonly string[];
  readonly followup?: readonly string[];
  readonly supersede?: readonly string[];
  readonly retract?: readonly string[];
  readonly formatVersion?: FormatVersion;
  readonly output?: string;
}

/** Gives the command its arguments, flags and help. */
export function describeCompose(command: Command): Command {
  return command
    .description('Compose a VOEvent from flags, or from a draft in JSON or YAML, and print it.')
    .argument('[draft]', 'the fields of the alert, or an alert as voeventd parse prints it; - is standard input')
    .option('--ivorn <ivorn>', 'identifier of the alert, as ivo://org.example/survey#7')
    .option('--stream <stream>', 'the identifier’s part before the local one, as org.example/survey')
    .option('--local <name>', 'the identifier’s local part (default: the time and a random suffix)')
    .option('--role <role>', 'observation, prediction, utility or test (default: test)')
    .option('--author-ivorn <ivoid>', 'identifier of who writes it, as ivo://org.example')
    .option('--author-name <name>', 'short name of who writes it')
    .option('--contact-name <name>', 'whom to ask')
    .option('--contact-email <address>', 'and where')
    .option('--date <time>', 'when it is written (default: now)')
    .option('--time <time>', 'when the event happened, UTC, as 2026-11-22T10:00:05.25')
    .option('--ra <angle>', 'right ascension in degrees, or in hours as 05:34:31.9', angle('ra'))
    .option('--dec <angle>', 'declination in degrees, or as -05:23:28', angle('dec'))
    .option('--error <angle>', 'radius of the error circle, as 0.5, 0.5deg, 2arcmin, 30arcsec or 40mas', errorRadius)
    .option('--param <param>', 'something measured, as mag=17.3,unit=mag; may be repeated', listOf(parseParam))
    .option('--description <text>', 'what it is about')
    .option('--concept <term>', 'what the event is thought to be')
    .option('--name <name>', 'the name of the source or event')
    .option('--probability <number>', 'how probable that is, 0 to 1', number)
    .option('--importance <number>', 'how much it matters, 0 to 1', number)
    .option('--reference <uri>', 'further reading; may be repeated', listOf(String))
    .option('--followup <ivorn|file>', 'an earlier alert that it follows up; may be repeated', listOf(String))
    .option('--supersede <ivorn|file>', 'an earlier alert that it replaces; may be repeated', listOf(String))
    .option('--retract <ivorn|file>', 'an earlier alert that it withdraws; may be repeated', listOf(String))
    .addOption(new Option('--format-version <version>', 'of VOEvent (default: 2.0)').choices(['2.0', '2.1']))
    .option('--output <file>', 'write it there instead; an existing file is never overwritten')
    .addHelpText('after', HELP);
}

const HELP = `
The role is test unless --role or the draft says otherwise: no telescope moves by oversight. The
retraction or update of an observation needs --role observation to be heeded.

--param replaces the draft's Param of the same name and group; other lists are added to.
  --param NAME=VALUE[,unit=U][,ucd=U][,type=string|float|int]
  --param GROUP/NAME=VALUE
The value may hold = and commas; only unit, ucd and type at its end are not part of it. In double
quotes it is taken as it stands, a quote inside written twice: --param 'note="a,unit=""b"""'

VOEvent 2.0 wants --error with every position; 2.1 does not.

Examples:
  voeventd compose --stream org.example/survey --author-ivorn ivo://org.example \\
    --role observation --time 2026-11-22T10:00:05 --ra 83.6331 --dec 22.0145 --error 30arcsec \\
    --param mag=17.3,unit=mag,ucd=phot.mag,type=float
  voeventd compose --retract packet.xml --stream org.example/survey --role observation
  voeventd parse old.xml | voeventd compose - --format-version 2.1

Exit code: 1 when no valid alert can be made of it; every reason is printed.`;

function listOf<Item>(parse: (text: string) => Item): (text: string, list?: Item[]) => Item[] {
  return (text, list = []) => [...list, parse(text)];
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number.');
}

function angle(axis: Axis): (text: string) => number {
  return (text) => {
    const degrees = toDegrees(text, undefined, axis);
    if (degrees === undefined) {
      throw new InvalidArgumentError(`Expected degrees, or ${axis === 'ra' ? 'hours as 05:34:31.9' : '-05:23:28'}.`);
    }
    return withoutNoise(degrees);
  };
}

function errorRadius(text: string): number {
  const match = /^\s*([\d.eE+-]+)\s*(deg|arcmin|arcsec|mas)?\s*$/.exec(text);
  const degrees = toDegrees(match?.[1], match?.[2], 'dec');
  if (degrees === undefined) {
    throw new InvalidArgumentError('Expected degrees, or a number with deg, arcmin, arcsec or mas.');
  }
  return withoutNoise(degrees);
}

/** Sums and quotients of decimals end in digits that nobody measured. */
function withoutNoise(degrees: number): number {
  return Number(degrees.toPrecision(14));
}

const PARAM = /^(?:([^/=]*)\/)?([^=]+)=([\s\S]*)$/;
const VALUE = /^(?:"((?:[^"]|"")*)"|([\s\S]*?))((?:,(?:unit|ucd|type)=[^,]*)*)$/;

function parseParam(text: string): ParamFlag {
  const [, group, name = '', rest = ''] = PARAM.exec(text) ?? [];
  const [, quoted, plain = '', written = ''] = VALUE.exec(rest) ?? [];
  if (name === '') throw new InvalidArgumentError('Expected NAME=VALUE.');
  const keys = new Map(
    [...written.matchAll(/,(unit|ucd|type)=([^,]*)/g)].map(([, key = '', value = '']) => [key, value]),
  );
  const [unit, ucd, dataType] = [keys.get('unit'), keys.get('ucd'), keys.get('type')];
  return {
    name,
    value: quoted?.replaceAll('""', '"') ?? plain,
    ...(group === undefined ? {} : { group }),
    ...(unit === undefined ? {} : { unit }),
    ...(ucd === undefined ? {} : { ucd }),
    ...(dataType === undefined ? {} : { dataType }),
  };
}
