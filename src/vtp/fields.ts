import { resolve } from 'node:path';
import { z } from 'zod';
import { durationOrFalseField } from '../config/fields.ts';
import { type BrokerAddress, parseAddress, parseEndpoint } from './address.ts';
import { type Network, parseNetworks } from './networks.ts';

/** The size above which the eSTAR client discarded a message; real VOEvents stay far below. */
const MAX_FRAME_BYTES = 512_000;

/** The size of the largest message. */
export function maxFrameField(description: string) {
  return z.int().min(1_024).max(1_073_741_824).default(MAX_FRAME_BYTES).describe(description);
}

/** How often an alert is expected. */
export function expectField() {
  return durationOrFalseField()
    .prefault(false)
    .describe(
      'How often an alert is expected, such as 1d. When none has come for longer, the source is red on the status page. false: it may be quiet for ever.',
    );
}

/** A broker to connect to. A relative path of a Unix-domain socket starts at `baseDirectory`. */
export function brokerField(baseDirectory: string): z.ZodType<BrokerAddress, string> {
  return addressField(
    baseDirectory,
    (text) => parseAddress(text),
    (text) => `"${text}" is no broker address. Write HOST:PORT, such as broker.example.org:8099, or unix:PATH.`,
  );
}

/** Where to listen. @param defaultPort when none is written */
export function listenField(baseDirectory: string, defaultPort: number): z.ZodType<BrokerAddress, string> {
  return addressField(
    baseDirectory,
    (text) => parseEndpoint(text, defaultPort),
    (text) => `"${text}" is no place to listen. Write ADDRESS:PORT, such as 0.0.0.0:${defaultPort}, or unix:PATH.`,
  );
}

/** Linux keeps the path of a Unix-domain socket in 108 bytes, the last one a zero. */
const LONGEST_SOCKET_PATH = 107;

function addressField(
  baseDirectory: string,
  parse: (text: string) => BrokerAddress | undefined,
  complaint: (text: string) => string,
): z.ZodType<BrokerAddress, string> {
  return z.string().transform((text, context) => {
    const address = parse(text);
    if (address === undefined) {
      context.addIssue(complaint(text));
      return z.NEVER;
    }
    if (!('path' in address)) return address;
    const path = resolve(baseDirectory, address.path);
    if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return { ...address, path };
    context.addIssue(`The path ${path} is too long for a Unix-domain socket: ${LONGEST_SOCKET_PATH} bytes at most.`);
    return z.NEVER;
  });
}

/** Only this host: whoever opens a port to others says to whom. */
const LOOPBACK = ['127.0.0.0/8', '::1'];

/** Who may connect. */
export function allowField(who: string) {
  return z
    .array(networkField())
    .prefault(LOOPBACK)
    .transform((networks) => networks.flat())
    .describe(
      `The addresses from which ${who} may connect: single ones, or networks such as 192.0.2.0/24 or 2001:db8::/32; any is all of them. Whoever may open a Unix-domain socket may connect there.`,
    );
}

function networkField(): z.ZodType<readonly Network[], string> {
  return z.string().transform((text, context) => {
    const networks = parseNetworks(text);
    if (networks !== undefined) return networks;
    context.addIssue(
      `"${text}" is no address or network. Write one such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32, or any.`,
    );
    return z.NEVER;
  });
}
