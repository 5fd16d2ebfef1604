import { BlockList, isIP } from 'node:net';

/** A range of addresses, in CIDR notation (RFC 4632, RFC 4291 §2.3). */
export interface Network {
  readonly family: 'ipv4' | 'ipv6';
  readonly address: string;
  /** Leading bits that count. */
  readonly prefix: number;
}

/** What stands before the 32 bits of an IPv4 address in IPv6 notation. */
const MAPPED_BITS = 96;

const ANY: readonly Network[] = [
  { family: 'ipv4', address: '0.0.0.0', prefix: 0 },
  { family: 'ipv6', address: '::', prefix: 0 },
];

/** Reads an address, `ADDRESS/BITS`, or `any`; undefined when it is none of them. */
export function parseNetworks(text: string): readonly Network[] | undefined {
  if (text === 'any') return ANY;
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || rest.length > 0) return undefined;
  const most = version === 4 ? 32 : 128;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return undefined;
  const prefix = bits === undefined ? most : Number(bits);
  if (prefix > most) return undefined;
  // An IPv4 network in IPv6 notation, ::ffff:192.0.2.0/120.
  const mapped = plainAddress(address);
  if (mapped !== address && prefix >= MAPPED_BITS)
    return [{ family: 'ipv4', address: mapped, prefix: prefix - MAPPED_BITS }];
  return [{ family: version === 4 ? 'ipv4' : 'ipv6', address, prefix }];
}

/** Who may connect (VTP 2.0 §9). */
export class AllowList {
  /** One a family: in a common one, `::/0` would be every IPv4 address too. */
  readonly #lists = { ipv4: new BlockList(), ipv6: new BlockList() };

  constructor(networks: readonly Network[]) {
    for (const { address, prefix, family } of networks) this.#lists[family].addSubnet(address, prefix, family);
  }

  /** @param address as the socket gives it: an IPv4 peer of a socket that takes both is `::ffff:192.0.2.1` */
  allows(address: string): boolean {
    const plain = plainAddress(address);
    const version = isIP(plain);
    if (version === 0) return false;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    return this.#lists[family].check(plain, family);
  }
}

/** The address as a person writes it: IPv4 where it is one, without the name of a network card. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '');
}
