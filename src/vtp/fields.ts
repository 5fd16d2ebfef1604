import { z } from 'zod';
import { type BrokerAddress, parseEndpoint } from './address.ts';
import { type Network, parseNetworks } from './networks.ts';

/** The size above which the eSTAR client discarded a message; real VOEvents stay far below. */
const MAX_FRAME_BYTES = 512_000;

/** The size of the largest message. */
export function maxFrameField(description: string) {
  return z.int().min(1_024).max(1_073_741_824).default(MAX_FRAME_BYTES).describe(description);
}

/** Where to listen. @param defaultPort when none is written @param sample for the message */
export function listenField(defaultPort: number, sample: string): z.ZodType<BrokerAddress, string> {
  return z.string().transform((text, context) => {
    const address = parseEndpoint(text, defaultPort);
    if (address !== undefined) return address;
    context.addIssue(`"${text}" is no place to listen. Write ADDRESS:PORT, such as ${sample}, or unix:PATH.`);
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
