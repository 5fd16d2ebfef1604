import type { Fields, Plugin } from '../../src/plugin/api.ts';
import { tlsOptions } from '../shared/tls.ts';

type Zod = Parameters<NonNullable<Plugin['config']>>[0];

/** The options of the mqtt plugin. */
export function options(z: Zod, fields: Fields) {
  return z
    .strictObject({
      url: z
        .string()
        .refine(isBrokerUrl, 'Write mqtt://HOST:PORT or mqtts://HOST:PORT, with "user" and "password" apart.')
        .describe('The broker, as mqtt://HOST:PORT, or mqtts:// for TLS. Without a port, 1883 or 8883.'),
      topic: fields
        .template()
        .refine(({ text }) => /^[^+#\0]+$/.test(text), 'A topic to publish to is not empty and has no + and no #.')
        .prefault('voevent/{alert.stream}')
        .describe(
          'The topic. Each / makes a level; in a value, what has a meaning in topics is written as %2F and the like.',
        ),
      payload: z
        .enum(['json', 'packet'])
        .default('json')
        .describe('What is published: json (the decoded alert) or packet (the bytes as received).'),
      qos: z
        .union([z.literal(0), z.literal(1)])
        .default(1)
        .describe('With 1 the broker must confirm the alert; with 0 it is done when it is sent, and may be lost.'),
      retain: z
        .boolean()
        .default(false)
        .describe('Whether the broker keeps the last alert of each topic for those who subscribe later.'),
      user: z.string().min(1).optional().describe('Who logs in at the broker. Without it nobody does.'),
      password: fields.secret().optional().describe('The password of "user": { file: PATH } or { env: NAME }.'),
      clientId: z
        .string()
        .regex(/^[\x21-\x7e]{1,128}$/, 'A client identifier has letters, digits and signs only.')
        .optional()
        .describe('By which the broker knows the connection; each has its own. Without it, one by chance.'),
      tls: tlsOptions(
        z,
        fields,
        'How to secure an mqtts address. The files are read at the start and at a reload of the configuration.',
      ),
    })
    .refine(({ user, password }) => user !== undefined || password === undefined, 'Write "user" beside "password".');
}

export type Options = ReturnType<typeof options>['_output'];

function isBrokerUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !['mqtt:', 'mqtts:'].includes(url.protocol) || url.hostname === '') return false;
  return (
    url.username === '' && url.password === '' && url.search === '' && url.hash === '' && /^\/?$/.test(url.pathname)
  );
}
