/** Where a broker listens. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  /** As the user wrote it, for messages. */
  readonly text: string;
}

/** The port brokers feed subscribers on by habit; the standard names none. */
export const SUBSCRIBE_PORT = 8099;

/** Reads `host`, `host:port` or `[ipv6]:port`; undefined when it is none of them. */
export function parseAddress(text: string): BrokerAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|([^\s:[\]/]+))(?::(\d{1,5}))?$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? SUBSCRIBE_PORT : Number(match[3]);
  if (host === undefined || port < 1 || port > 65_535) return undefined;
  return { host, port, text: text.trim() };
}
