/** A peer that listens on a TCP port. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
  /** As the user wrote it, for messages. */
  readonly text: string;
}

/** A peer that listens on a Unix-domain socket of this host. */
export interface UnixAddress {
  readonly path: string;
  readonly text: string;
}

/** Where a broker listens. */
export type BrokerAddress = TcpAddress | UnixAddress;

/** The ports of habit; the standard names none. */
export const SUBSCRIBE_PORT = 8099;
export const SUBMIT_PORT = 8098;

const HIGHEST_PORT = 65_535;
const UNIX = 'unix:';

/** Reads `host`, `host:port`, `[ipv6]:port` or `unix:/path`; undefined when it is none of them. */
export function parseAddress(text: string, defaultPort = SUBSCRIBE_PORT): BrokerAddress | undefined {
  const address = readAddress(text, defaultPort);
  return address !== undefined && 'port' in address && address.port === 0 ? undefined : address;
}

/** Reads where to listen: as an address, but a port of 0 is allowed and takes a free one. */
export function parseEndpoint(text: string, defaultPort: number): BrokerAddress | undefined {
  return readAddress(text, defaultPort);
}

function readAddress(text: string, defaultPort: number): BrokerAddress | undefined {
  const written = text.trim();
  if (written.startsWith(UNIX)) {
    const path = written.slice(UNIX.length);
    return path === '' ? undefined : { path, text: written };
  }
  const match = /^(?:\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|([^\s:[\]/]+))(?::(\d{1,5}))?$/.exec(written);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  if (host === undefined || port > HIGHEST_PORT) return undefined;
  return { host, port, text: written };
}
