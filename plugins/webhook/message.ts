import { createHmac } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import type { Alert, Context } from '../../src/plugin/api.ts';
import { alertJson } from '../shared/alert-json.ts';
import { deliveryHeaders } from '../shared/hook-request.ts';
import type { Message } from '../shared/http-client.ts';
import type { Options } from './options.ts';

export function messageFor(alert: Alert, context: Context<Options>): Message {
  const { config } = context;
  const { body, contentType } = bodyOf(alert, context);
  const headers: OutgoingHttpHeaders = { ...deliveryHeaders(alert, context), 'content-type': contentType };
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
  if (config.body === 'json') return { body: Buffer.from(alertJson(alert, because)), contentType: 'application/json' };
  const { template, contentType } = config.body;
  return { body: Buffer.from(template.render(alert, escapeFor(contentType), because)), contentType };
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
