import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as a server of a test got it. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
  readonly secure: boolean;
  /** As it came over the wire. */
  readonly raw: string;
  /** Unfolded and decoded, by name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** The text, decoded; of a mail in parts, all of it as it came. */
  readonly text: string;
}

interface Scope {
  after(close: () => void): void;
}

/** A mail server of our own, without TLS unless asked. */
export async function serveMail(scope: Scope, options: SMTPServerOptions = {}) {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    ...{ logger: false, authOptional: true, disabledCommands: ['STARTTLS'], closeTimeout: 1 },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false || mailFrom === undefined ? '' : mailFrom.address;
        const to = rcptTo.map(({ address }) => address);
        const user = session.user === undefined ? undefined : String(session.user);
        mails.push({ from, to, user, secure: session.secure, ...parsed(Buffer.concat(chunks).toString()) });
        callback(null, 'queued as 4F2A');
      });
    },
    ...options,
  });
  // A client that does not like our certificate goes away.
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  scope.after(() => server.close());
  const { port } = server.server.address() as AddressInfo;
  return { port, mails, server };
}

/** An error as the server answers with it. */
export function reply(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

function parsed(raw: string): Pick<Mail, 'raw' | 'headers' | 'text'> {
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = new Map(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      decodedWords(line.slice(line.indexOf(':') + 1).trim()),
    ]),
  );
  const body = raw.slice(end + 4);
  return { raw, headers, text: decodedBody(body, headers.get('content-transfer-encoding')).replaceAll('\r\n', '\n') };
}

/** RFC 2047. */
function decodedWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([qb])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(word, 'base64').toString('hex').toUpperCase().replace(/../g, '%$&')
        : word.replaceAll('_', ' ').replaceAll('=', '%'),
    )
    .replace(/(?:%[0-9A-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString());
}

function decodedBody(body: string, encoding: string | undefined): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  if (encoding !== 'quoted-printable') return body;
  return body
    .replaceAll('=\r\n', '')
    .replace(/(?:=[0-9A-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('=', ''), 'hex').toString());
}
