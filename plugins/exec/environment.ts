import type { Alert, Context } from '../../src/plugin/api.ts';
import type { Options } from './options.ts';
import type { PacketFiles } from './packet-files.ts';

/** Linux refuses a single string above 128 KiB, and all strings together share a few megabytes with the arguments. */
const LONGEST_VALUE_BYTES = 32_768;

type Values = Record<string, string | number | boolean | undefined>;

function alertValues(alert: Alert): Values {
  return {
    VOEVENT_ID: alert.id,
    VOEVENT_IVORN: alert.ivorn,
    VOEVENT_ROLE: alert.role,
    VOEVENT_TEST: alert.test,
    VOEVENT_KIND: alert.kind,
    VOEVENT_STREAM: alert.stream,
    VOEVENT_LOCAL: alert.local,
    VOEVENT_VERSION: alert.version,
    VOEVENT_DATE: alert.date,
    VOEVENT_TIME: alert.time,
    VOEVENT_RA: alert.ra,
    VOEVENT_DEC: alert.dec,
    VOEVENT_ERROR_RADIUS: alert.errorRadius,
    VOEVENT_IMPORTANCE: alert.importance,
    VOEVENT_SOURCE: alert.source,
    VOEVENT_RECEIVED_AT: alert.receivedAt,
    VOEVENT_AUTHOR: alert.author?.name ?? alert.author?.ivorn,
  };
}

/** The program's environment: the daemon's own, the handler's, then the alert's; values the alert lacks are unset. */
export function environmentOf(alert: Alert, context: Context<Options>, files: PacketFiles): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env };
  for (const [name, value] of Object.entries(context.config.environment)) environment[name] = value.reveal();
  const values: Values = {
    ...alertValues(alert),
    VOEVENT_ATTEMPT: context.attempt,
    VOEVENT_DELIVERY: context.delivery,
    VOEVENT_HANDLER: context.handler,
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
