import type { Alert, Context } from '../../src/plugin/api.ts';
import type { Options } from './options.ts';
import type { PacketFiles } from './packet-files.ts';

/** Linux refuses a single string above 128 KiB, and all strings together share a few megabytes with the arguments. */
const LONGEST_VALUE_BYTES = 32_768;

type Values = Record<string, string | number | boolean | undefined>;

/** Each text, number or truth value of the alert: `errorRadius` is VOEVENT_ERROR_RADIUS. */
function alertValues(alert: Alert): Values {
  const { raw: _, ...fields } = alert;
  const values: Values = {};
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'object') continue;
    values[`VOEVENT_${name.replace(/[A-Z0-9]+/g, '_$&').toUpperCase()}`] = value;
  }
  values.VOEVENT_AUTHOR = alert.author?.name ?? alert.author?.ivorn;
  values.VOEVENT_INSTRUMENTS = alert.instruments.join(' ') || undefined;
  values.VOEVENT_SKYMAP = alert.skymap?.url;
  return values;
}

/** The program's environment: the daemon's own, the handler's, then the alert's; values the alert lacks are unset. */
export function environmentOf(alert: Alert, context: Context<Options>, files: PacketFiles): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env };
  // What another alert said must not be taken for what this one says.
  for (const name of Object.keys(environment)) if (name.startsWith('VOEVENT_')) delete environment[name];
  for (const [name, value] of Object.entries(context.config.environment)) environment[name] = value.reveal();
  const values: Values = {
    ...alertValues(alert),
    VOEVENT_ATTEMPT: context.attempt,
    VOEVENT_DELIVERY: context.delivery,
    VOEVENT_HANDLER: context.handler,
    VOEVENT_DEAD: context.because?.map(({ handler }) => handler).join(' '),
    VOEVENT_BECAUSE: context.because?.map(({ outcome }) => outcome).join('\n'),
    VOEVENT_BECAUSE_JSON: context.because && JSON.stringify(context.because),
    VOEVENT_FILE: files.packet,
    VOEVENT_JSON: files.json,
  };
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) delete environment[name];
    else environment[name] = fitting(String(value));
  }
  return environment;
}

function fitting(value: string): string {
  const text = value.replaceAll('\0', '');
  if (Buffer.byteLength(text) <= LONGEST_VALUE_BYTES) return text;
  // The cut may fall inside a character, which then decodes to replacement characters.
  return Buffer.from(text)
    .subarray(0, LONGEST_VALUE_BYTES)
    .toString()
    .replace(/\uFFFD+$/, '');
}
