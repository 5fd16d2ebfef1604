import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { messageOf } from '../common/errors.ts';
import { fileTextField } from '../config/fields.ts';

/** The files of the side that connects. */
export function clientTlsSchema(baseDirectory: string) {
  const file = () => fileTextField(baseDirectory);
  return z
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
      refuseUnusable({ ca, cert, key }, context);
    });
}

/** The files of the side that is connected to. */
export function serverTlsSchema(baseDirectory: string) {
  const file = () => fileTextField(baseDirectory);
  return z
    .strictObject({
      cert: file().describe('PEM file of our certificate, with those between it and its authority after it.'),
      key: file().describe('PEM file of our private key.'),
      clientCa: file()
        .describe(
          'PEM file of authorities: only a client that shows a certificate which one of them has signed may connect.',
        )
        .optional(),
    })
    .superRefine(({ cert, key, clientCa }, context) => refuseUnusable({ ca: clientCa, cert, key }, context));
}

function refuseUnusable(texts: Readonly<Record<string, string | undefined>>, context: z.RefinementCtx): void {
  try {
    createSecureContext(Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)));
  } catch (error) {
    context.addIssue(
      `These files cannot be used for TLS: ${opensslWords(error)}. Each must be PEM, and key must be that of cert.`,
    );
  }
}

/** OpenSSL's own words, without the numbers before them. */
function opensslWords(error: unknown): string {
  return messageOf(error).replace(/^error:[0-9A-F]+:[^:]*::?/, '');
}
