import { createHmac } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import type { Alert, Context } from '../../src/plugin/api.ts';
import type { Options } from './options.ts';

/** What is sent, the same at each redirect. */
export interface Message {
  readonly method: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Uint8Array;
}

export function messageFor(alert: Alert, context: Context<Options>): Message {
  const { config } = context;
  const { body, contentType } = bodyOf(alert, context);
  const deaths = context.because?.map(({ endedAt }) => endedAt) ?? [];
  const headers: OutgoingHttpHeaders = {
    'user-agent': 'voeventd',
    'content-type': contentType,
    'x-voeventd-delivery': headerText(context.delivery),
    'x-voeventd-attempt': String(context.attempt),
    // The same for each attempt, so that a receiver can tell a repeated alert from a new one, or from further bad news of it.
    'idempotency-key': headerText([alert.id, context.handler, ...deaths].join('/')),
  };
  for (const [name, value] of Object.entries(config.headers)) headers[name.toLowerCase()] = value.reveal();
  headers['content-length'] = body.length;
  if (config.signature !== undefined) {
    const { secret, header, algorithm } = config.signature;
    const digest = createHmac(algorithm, secret.reveal()).update(body).digest('hex');
    headers[header.toLowerCase()] = `${algorithm}=${digest}`;
  }
  return { method: config.method, headers, body };
}

function bodyOf(
  alert: Alert,
  { config, packet, because }: Context<Options>,
): { body: Uint8Array; contentType: string } {
  const packetType = alert.format === 'voevent' ? 'application/xml' : 'application/json';
  if (config.body === 'xml') return { body: packet, contentType: packetType };
  if (config.body === 'json') return { body: Buffer.from(jsonOf(alert, because)), contentType: 'application/json' };
  const { template, contentType } = config.body;
  return { body: Buffer.from(template.render(alert, escapeFor(contentType), because)), contentType };
}

/** Without the packet itself, which may be megabytes: whoever wants it asks for `body: xml`. */
function jsonOf({ raw: _, ...alert }: Alert, because: Context['because']): string {
  return JSON.stringify({ ...alert, because });
}

const XML_ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Keeps a value that an alert brought a value: it cannot end the string, element or field it is put into. */
function escapeFor(contentType: string): (value: string) => string {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (/[/+]json$/.test(type)) return (value) => JSON.stringify(value).slice(1, -1);
  if (/[/+]x?html$|[/+]xml$/.test(type))
    return (value) => value.replace(/[&<>"']/g, (char) => XML_ENTITIES[char] ?? '');
  if (type === 'application/x-www-form-urlencoded') return (value) => encodeURIComponent(value.toWellFormed());
  return (value) => value;
}

function headerText(value: string): string {
  return value.replace(/[^\x20-\x7e]+/g, (text) => encodeURIComponent(text.toWellFormed()));
}
