import { readFileSync } from 'node:fs';
import type { Fields, Plugin } from '../../src/plugin/api.ts';

type Zod = Parameters<NonNullable<Plugin['config']>>[0];

/** The option `tls` of a plugin that connects to a server. */
export function tlsOptions(z: Zod, fields: Fields, description: string) {
  return z
    .strictObject({
      ca: fields.path().optional().describe('A PEM file with the authorities to trust, in place of the usual ones.'),
      cert: fields.path().optional().describe('A PEM file with the certificate that identifies this daemon.'),
      key: fields.path().optional().describe('A PEM file with the private key of "cert".'),
      verify: z
        .boolean()
        .default(true)
        .describe(
          'Whether the server must prove its identity. Without it, anyone between can read and change what is sent.',
        ),
    })
    .refine(({ cert, key }) => (cert === undefined) === (key === undefined), 'Write "cert" and "key" together.')
    .prefault({})
    .describe(description);
}

export type TlsOptions = ReturnType<typeof tlsOptions>['_output'];

/** As Node's `tls.connect` takes them. */
export interface TlsSettings {
  readonly rejectUnauthorized: boolean;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/**
 * Reads the files of the option `tls`.
 *
 * @throws Error that names the file and the option
 */
export function readTls({ ca, cert, key, verify }: TlsOptions): TlsSettings {
  return {
    rejectUnauthorized: verify,
    ...(ca === undefined ? {} : { ca: readPem('ca', ca) }),
    ...(cert === undefined ? {} : { cert: readPem('cert', cert) }),
    ...(key === undefined ? {} : { key: readPem('key', key) }),
  };
}

function readPem(option: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`Cannot read ${path}, named by tls.${option}: ${(error as Error).message}. Correct the path.`, {
      cause: error,
    });
  }
}
