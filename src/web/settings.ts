import { z } from 'zod';
import { secretField } from '../config/fields.ts';
import type { BrokerAddress } from '../vtp/address.ts';
import { listenField } from '../vtp/fields.ts';

const WEB_PORT = 8090;

/** Options of `web`; false for none. */
export function webSchema(baseDirectory: string) {
  return z.union([z.literal(false), options(baseDirectory)]);
}

/** An empty one would let in everybody, and one with blanks around it is a slip. */
function tokenField(baseDirectory: string) {
  return secretField(baseDirectory).refine(
    (token) => token.reveal() !== '' && token.reveal() === token.reveal().trim(),
    'This token is empty, or has blanks or line ends around it. Write one such as openssl rand -hex 32 gives.',
  );
}

function options(baseDirectory: string) {
  return z
    .strictObject({
      listen: listenField(baseDirectory, WEB_PORT)
        .prefault(`127.0.0.1:${WEB_PORT}`)
        .describe(
          'Where browsers, feed readers and Prometheus connect, as ADDRESS:PORT, or unix:PATH for a Unix-domain socket. Any address but one of this host alone needs auth or public.',
        ),
      auth: z
        .strictObject({
          tokens: z
            .array(tokenField(baseDirectory))
            .min(1, 'Name at least one token.')
            .describe(
              'Who knows one of these may look: as a bearer token, or as the password of any user name in a browser.',
            ),
        })
        .optional()
        .meta({ sample: { tokens: [{ file: '/run/secrets/web-token' }] } })
        .describe('Let in only who knows a token, each as { file: PATH } or { env: NAME }.'),
      public: z.boolean().default(false).describe('Let in everybody who can connect, also from other hosts.'),
      url: z
        .string()
        .regex(/^https?:\/\/[^\s/?#]+(?:\/[^\s?#]*)?$/, 'Write an address such as https://alerts.example.org.')
        .transform((url) => url.replace(/\/+$/, ''))
        .optional()
        .meta({ sample: 'https://alerts.example.org' })
        .describe(
          'The address under which others reach it, such as that of a proxy: links in feeds begin with it. Without it they begin with the address that was asked for.',
        ),
      storedInAcks: z
        .boolean()
        .default(false)
        .describe(
          'Whether our acknowledgements say where the alert is kept, as those of the eSTAR broker did: an address below url, in Meta/Param stored.',
        ),
      feedItems: z.int().min(1).max(200).default(20).describe('How many alerts a feed has.'),
      maxConnections: z.int().min(1).max(10_000).default(256).describe('How many may be connected at once.'),
    })
    .superRefine(({ listen, auth, public: isPublic, url, storedInAcks }, context) => {
      if (!isPrivate(listen) && auth === undefined && !isPublic) {
        const message = `Everybody who can reach ${listen.text} could look. Add auth, or public: true to let them, or listen on 127.0.0.1.`;
        context.addIssue({ code: 'custom', path: ['listen'], message });
      }
      if (storedInAcks && url === undefined) {
        const message = 'Acknowledgements would name an address that only this host knows. Add url.';
        context.addIssue({ code: 'custom', path: ['storedInAcks'], message });
      }
    });
}

/** Whether only programs of this host can connect. */
export function isPrivate(listen: BrokerAddress): boolean {
  return 'path' in listen || isLoopback(listen.host);
}

/** Whether a host, as in an address or a Host header, is this one. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}
