import type { Fields, Plugin } from '../../src/plugin/api.ts';
import { hookUrl } from '../shared/hook-url.ts';
import { tlsOptions } from '../shared/tls.ts';

type Zod = Parameters<NonNullable<Plugin['config']>>[0];

/** Headers that belong to the connection or to the body's length: a value of one's own would break the request. */
const OWN_HEADERS = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The options of the webhook plugin. */
export function options(z: Zod, fields: Fields) {
  return z.strictObject({
    url: hookUrl(fields).describe(
      'The address to send to, as text or, where it holds a token, as { file: PATH } or { env: NAME }.',
    ),
    method: z.enum(['POST', 'PUT', 'PATCH']).default('POST').describe('The HTTP method.'),
    headers: z
      .record(
        headerName(z),
        fields.secret().refine((value) => isHeaderValue(value.reveal()), 'A header holds one line.'),
      )
      .prefault({})
      .describe('Headers to send, as text or, for a token, as { file: PATH } or { env: NAME }.'),
    body: z
      .union([
        z.enum(['json', 'xml']),
        z.strictObject({
          template: fields.template().describe('The text to send, with places to fill from the alert.'),
          contentType: z
            .string()
            .refine(isHeaderValue, 'A content type is one line.')
            .default('application/json')
            .describe('What the text is. Filled-in values are escaped for JSON, XML and form content.'),
        }),
      ])
      .prefault('json')
      .describe('What to send: json (the decoded alert), xml (the bytes as received) or a template of your own.'),
    redirects: z
      .int()
      .min(0)
      .max(10)
      .default(0)
      .describe('How many redirects to follow: only 307 and 308, and only to the same scheme, host and port.'),
    tls: tlsOptions(
      z,
      fields,
      'How to secure an https address. The files are read at the start and at a reload of the configuration.',
    ),
    signature: signature(z, fields),
    responseLimit: z
      .int()
      .min(0)
      .default(16_384)
      .describe(
        'How many bytes of the answer are read before the connection is closed. Its content is used for messages only.',
      ),
  });
}

export type Options = ReturnType<typeof options>['_output'];

function signature(z: Zod, fields: Fields) {
  return z
    .strictObject({
      secret: fields
        .secret()
        .refine((secret) => secret.reveal() !== '', 'The secret is empty.')
        .describe('The key that this daemon and the receiver share.'),
      header: headerName(z).default('X-Voeventd-Signature').describe('The header that carries the signature.'),
      algorithm: z.enum(['sha256', 'sha512']).default('sha256').describe('The hash function of the HMAC.'),
    })
    .optional()
    .meta({
      description: 'Sign the body with an HMAC, sent as sha256=HEX, so that the receiver knows who sent it.',
      sample: { secret: { file: '/run/secrets/hmac-key' } },
    });
}

/** Not imported: that alone takes some 40 ms of every start, also of those without a webhook. */
const http = () => process.getBuiltinModule('node:http');

function headerName(z: Zod) {
  return z
    .string()
    .refine((name) => succeeds(() => http().validateHeaderName(name)), 'That is no name of a header.')
    .refine((name) => !OWN_HEADERS.has(name.toLowerCase()), 'The daemon sets this header itself.');
}

function isHeaderValue(value: string): boolean {
  return succeeds(() => http().validateHeaderValue('value', value));
}

function succeeds(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
