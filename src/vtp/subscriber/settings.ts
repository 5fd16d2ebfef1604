import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { messageOf } from '../../common/errors.ts';
import { durationField, fileTextField } from '../../config/fields.ts';
import { type BrokerAddress, parseAddress } from '../address.ts';
import { DIALECTS } from './session.ts';

function addressField(): z.ZodType<BrokerAddress, string> {
  return z.string().transform((text, context) => {
    const address = parseAddress(text);
    if (address !== undefined) return address;
    context.addIssue(`"${text}" is no broker address. Write HOST:PORT, such as broker.example.org:8099.`);
    return z.NEVER;
  });
}

/** The size above which the eSTAR client discarded a message; real VOEvents stay far below. */
const MAX_FRAME_BYTES = 512_000;

/** OpenSSL's own words, without the numbers before them. */
function opensslWords(error: unknown): string {
  return messageOf(error).replace(/^error:[0-9A-F]+:[^:]*::?/, '');
}

/** Options of a source of type `vtp`. */
export function vtpSourceSchema(baseDirectory: string) {
  const file = () => fileTextField(baseDirectory);
  const tlsFiles = z
    .strictObject({
      ca: file().describe('PEM file of the authorities to trust instead of the system’s.').optional(),
      cert: file().describe('PEM file of our own certificate, when the broker asks for one.').optional(),
      key: file().describe('PEM file of our own private key.').optional(),
      serverName: z
        .string()
        .min(1)
        .refine((name) => isIP(name) === 0, 'Write a host name: TLS knows no server name that is an address.')
        .describe('The name the broker’s certificate bears, when it is not its host name.')
        .optional(),
    })
    .superRefine(({ ca, cert, key }, context) => {
      if ((cert === undefined) !== (key === undefined)) {
        const missing = cert === undefined ? 'cert' : 'key';
        context.addIssue({ code: 'custom', path: [missing], message: `It is missing: cert and key belong together.` });
        return;
      }
      try {
        createSecureContext(
          Object.fromEntries(Object.entries({ ca, cert, key }).filter(([, text]) => text !== undefined)),
        );
      } catch (error) {
        context.addIssue(
          `These files cannot be used for TLS: ${opensslWords(error)}. Each must be PEM, and key must be that of cert.`,
        );
      }
    });
  return z.strictObject({
    type: z.literal('vtp').describe('A VOEvent broker, spoken to over VTP (the VOEvent Transport Protocol).'),
    brokers: z
      .array(addressField())
      .min(1, 'Name at least one broker, as HOST:PORT.')
      .describe('The brokers, as HOST:PORT. Tried in turn: when one fails the next takes its place.'),
    dialect: z
      .enum(DIALECTS)
      .default('vtp')
      .describe(
        'How to speak: vtp is the standard (VTP 2.0); mini-interop is what the eSTAR client spoke in 2006, for brokers that know nothing else.',
      ),
    maxFrame: z
      .int()
      .min(1_024)
      .max(1_073_741_824)
      .default(MAX_FRAME_BYTES)
      .describe('The largest message that is kept, in bytes. A larger one is discarded, and the log says so.'),
    silence: durationField()
      .prefault('150s')
      .describe(
        'A broker that sends nothing for this long, not even an iamalive, is taken for dead. Brokers send one each 60 to 90 s.',
      ),
    connectTimeout: durationField().prefault('10s').describe('How long a connection may take to open.'),
    reconnect: z
      .strictObject({
        initial: durationField()
          .prefault('1s')
          .describe('The first wait before connecting again; it doubles each time.'),
        max: durationField().prefault('60s').describe('The longest wait before connecting again.'),
      })
      .prefault({})
      .describe('When to connect again once every broker of the list has failed.'),
    tls: z.union([z.boolean(), tlsFiles]).prefault(false).describe('Connect with TLS: true, or the files to use.'),
  });
}
