import type { Fields, Plugin, Secret } from '../../src/plugin/api.ts';
import { isLoopback } from '../shared/loopback.ts';
import { tlsOptions } from '../shared/tls.ts';

type Zod = Parameters<NonNullable<Plugin['config']>>[0];

/** `person@example.org`, or `A. Person <person@example.org>`. */
const ADDRESS = /^(?:([^<>@,;"\r\n]*)<([^<>@,;\s]+@[^<>@,;\s]+)>|([^<>@,;\s]+@[^<>@,;\s]+))$/;

/** The options of the mail plugin. */
export function options(z: Zod, fields: Fields) {
  return z
    .strictObject({
      host: z
        .string()
        .regex(/^[^\s/]+$/, 'Write the name or address of a host.')
        .regex(/^(?![^:]*:\d*$)/, 'Write the port apart, as "port".')
        .describe('The mail server, which takes mail for the recipients or passes it on.'),
      port: z
        .int()
        .min(1)
        .max(65_535)
        .optional()
        .describe('Its port. Without it, 587 for starttls, 465 for tls, 25 for none.'),
      security: z
        .enum(['starttls', 'tls', 'none'])
        .default('starttls')
        .describe(
          'How the connection is secured: by STARTTLS, without which nothing is sent, by TLS from the start, or not.',
        ),
      user: z.string().min(1).optional().describe('Who logs in at the server. Without it nobody does.'),
      password: fields.secret().optional().describe('The password of "user": { file: PATH } or { env: NAME }.'),
      from: address(z).describe('The sender: an address, or NAME <ADDRESS>.'),
      to: z
        .array(address(z))
        .min(1, 'Name at least one recipient.')
        .max(50)
        .describe('The recipients, each an address, or NAME <ADDRESS>.'),
      subject: fields.template().optional().describe('The subject. Without it, who says what, and where.'),
      text: fields
        .template()
        .optional()
        .describe('The text. Without it, all that an observer asks first, the description, and links.'),
      attach: z.boolean().default(false).describe('Whether the packet is attached, byte for byte as it was received.'),
      tls: tlsOptions(
        z,
        fields,
        'How the server proves who it is. The files are read at the start and at a reload of the configuration.',
      ),
    })
    .refine(
      ({ user, password }) => (user === undefined) === (password === undefined),
      'Write "user" and "password" together.',
    )
    .refine(({ security, password, host }) => security !== 'none' || password === undefined || isLoopback(host), {
      message: 'The password would cross the network in the clear. Write security: starttls or tls.',
      path: ['password'],
    });
}

export type Options = ReturnType<typeof options>['_output'];

export interface Address {
  readonly name: string;
  readonly address: string;
}

function address(z: Zod) {
  return z
    .string()
    .regex(ADDRESS, 'Write an address such as person@example.org, or A. Person <person@example.org>.')
    .transform(parsed);
}

function parsed(text: string): Address {
  const [, name = '', named, bare] = ADDRESS.exec(text) ?? [];
  return { name: name.trim(), address: named ?? bare ?? '' };
}

/** What the log must not say. */
export function secretsOf(password: Secret | undefined, user = ''): string[] {
  if (password === undefined) return [];
  const plain = password.reveal();
  // As AUTH LOGIN and AUTH PLAIN send it.
  return [plain, base64(plain), base64(`\0${user}\0${plain}`)];
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
