import { SCALAR_FIELDS } from '../alert/fields.ts';
import type { Alert } from '../alert/model.ts';
import { didYouMean } from '../common/suggest.ts';
import { type DeadDelivery, deadInWords } from '../dispatch/fallback.ts';
import type { Template } from './api.ts';
import { PluginFailure } from './failure.ts';

type Read = (alert: Alert, because: readonly DeadDelivery[]) => string | number | boolean | undefined;

const ALERT_VALUES: Record<string, Read> = {
  ...Object.fromEntries(SCALAR_FIELDS.map((name): [string, Read] => [name, (alert) => alert[name]])),
  author: (alert) => alert.author?.name ?? alert.author?.ivorn,
};

const RECEIVED_FIELDS: Record<string, Read> = {
  date: (alert) => alert.receivedAt.slice(0, 10),
  year: (alert) => alert.receivedAt.slice(0, 4),
  month: (alert) => alert.receivedAt.slice(5, 7),
  day: (alert) => alert.receivedAt.slice(8, 10),
  time: (alert) => alert.receivedAt,
  extension: (alert) => (alert.format === 'voevent' ? 'xml' : 'json'),
};

/** Names that may stand after `alert.` in a template. */
export const TEMPLATE_ALERT_FIELDS: readonly string[] = Object.keys(ALERT_VALUES);

interface Place {
  readonly written: string;
  readonly read: Read;
  readonly fallback: string | undefined;
}

/**
 * Only `{alert.…}`, `{param.…}`, `{received.…}` and `{because}` are places; any other brace is text, so JSON needs no
 * escaping.
 */
const PLACE = /\{(?:(alert|param|received)\.([^{}|]+)|because)(?:\|([^{}]*))?\}/g;

/**
 * Compiles a template.
 *
 * @throws Error with a whole sentence when a place names a field that does not exist
 */
export function compileTemplate(text: string): Template {
  const parts: (string | Place)[] = [];
  let end = 0;
  for (const match of text.matchAll(PLACE)) {
    const [written, root, name = '', fallback] = match;
    const read = root === undefined ? readBecause : reader(root, name.trim());
    parts.push(text.slice(end, match.index), { written, read, fallback });
    end = match.index + written.length;
  }
  parts.push(text.slice(end));
  return {
    text,
    render: (alert, encode = (value) => value, because = []) =>
      parts.map((part) => (typeof part === 'string' ? part : encode(fill(part, alert, because)))).join(''),
  };
}

function reader(root: string, name: string): Read {
  if (root === 'param') return (alert) => alert.params.find((param) => param.name === name)?.value;
  const fields = root === 'alert' ? ALERT_VALUES : RECEIVED_FIELDS;
  const read = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (read === undefined) {
    throw new Error(`{${root}.${name}} names no field of an alert${didYouMean(name, Object.keys(fields))}.`);
  }
  return read;
}

/** `slew failed after 3 attempts: the mount is busy`, a sentence each. */
const readBecause: Read = (_, because) => (because.length === 0 ? undefined : because.map(deadInWords).join('; '));

function fill(place: Place, alert: Alert, because: readonly DeadDelivery[]): string {
  const value = place.read(alert, because) ?? place.fallback;
  if (value === undefined && place.read === readBecause) {
    throw new PluginFailure(
      'Cannot fill {because}: nothing has failed before. Write {because|DEFAULT} to allow for that, or use it in a handler that is the onDead of another.',
      false,
    );
  }
  if (value === undefined) {
    throw new PluginFailure(
      `Cannot fill ${place.written}: the alert has no such value. Write ${place.written.slice(0, -1)}|DEFAULT} to allow for that, or a rule that asks for it.`,
      false,
    );
  }
  return String(value);
}
