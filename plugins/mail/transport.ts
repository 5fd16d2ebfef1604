import type { Transporter } from 'nodemailer';
import { readTls } from '../shared/tls.ts';
import type { Options } from './options.ts';

const PORTS = { starttls: 587, tls: 465, none: 25 } as const;

/** Longer than any server keeps one waiting: how long an attempt may take, the handler says. */
const PATIENCE_MS = 3_600_000;

/** `HOST:PORT` */
export function serverOf({ host, port, security }: Options): string {
  const whole = host.includes(':') ? `[${host}]` : host;
  return `${whole}:${port ?? PORTS[security]}`;
}

/**
 * What sends the mails of a handler, each on a connection of its own: servers do not like idle ones.
 *
 * @throws Error when a file of the `tls` option cannot be read
 */
export async function createTransport(options: Options): Promise<Transporter> {
  const tls = readTls(options.tls);
  // Not loaded before a handler needs it.
  const nodemailer = await import('nodemailer');
  const { host, port, security, user, password } = options;
  return nodemailer.createTransport({
    host,
    port: port ?? PORTS[security],
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls,
    ...(user === undefined || password === undefined
      ? {}
      : { auth: { user, pass: password.reveal() }, forceAuth: true }),
    ...{
      connectionTimeout: PATIENCE_MS,
      greetingTimeout: PATIENCE_MS,
      socketTimeout: PATIENCE_MS,
      dnsTimeout: PATIENCE_MS,
    },
    // Nothing that an alert says is ever read as the name of a file or as an address.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
}
