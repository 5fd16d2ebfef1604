import { escapeXml, unescapeXml } from '../alert/envelope.ts';
import { attributeOf, childOf, childrenOf, parseXml, textAt, type XmlElement } from '../alert/xml/xml.ts';

/** VTP 2.0 §6: the messages that are not events. */
export const TRANSPORT_ROLES = ['iamalive', 'authenticate', 'ack', 'nak'] as const;
export type TransportRole = (typeof TRANSPORT_ROLES)[number];

export interface TransportMessage {
  readonly role: TransportRole;
  readonly version: string;
  readonly namespace: string | undefined;
  /** iamalive: who asks. ack, nak: the ivorn of the event they answer. */
  readonly origin: string | undefined;
  /** Who answers. */
  readonly response: string | undefined;
  readonly timeStamp: string | undefined;
  /** Why, in a nak. */
  readonly result: string | undefined;
  readonly params: readonly { readonly name: string; readonly value: string }[];
  /** The XPath filters of an authenticate, from Params and from the older element `filter`. */
  readonly filters: readonly string[];
}

/** The Param with which a subscriber asks for a part of the events: an extension of Comet's. */
export const FILTER_PARAM = 'xpath-filter';
/** So many filters, of so many characters, one subscriber may have. */
export const MAX_FILTERS = 20;
export const MAX_FILTER_LENGTH = 4_096;

/** The namespace VTP 2.0 uses; others are seen in the field, so reading goes by local names alone. */
export const TRANSPORT_NAMESPACE = 'http://telescope-networks.org/schema/Transport/v1.1';
/** What the eSTAR client of 2006 wrote. */
export const MINI_INTEROP_NAMESPACE = 'http://www.telescope-networks.org/xml/Transport/v0.1';

/** An ack: the ivorn of the event it answers. */
export interface QuickAck {
  readonly origin: string;
}

const ACK = /<(?:[\w.-]+:)?Transport\s[^>]*role\s*=\s*(?:"ack"|'ack')/;
const ORIGIN = /<Origin>\s*([^<]*?)\s*<\/Origin>/;

/**
 * Reads an ack in the form nearly all take, without a parser: there may be tens of thousands a second. Undefined for
 * anything else, also for an ack in another form, which `parseTransport` reads.
 */
export function quickAck(payload: Buffer): QuickAck | undefined {
  const text = payload.toString('utf8');
  if (!ACK.test(text) || text.includes('<!')) return undefined;
  const origin = ORIGIN.exec(text)?.[1];
  return origin === undefined ? undefined : { origin: unescapeXml(origin) };
}

/** Reads a Transport message; undefined when it is none that we know. */
export function parseTransport(payload: Buffer): TransportMessage | undefined {
  const root = rootOf(payload);
  const role = TRANSPORT_ROLES.find((known) => known === attributeOf(root, 'role')?.toLowerCase());
  if (root?.name !== 'Transport' || role === undefined) return undefined;
  const meta = childOf(root, 'Meta');
  const params = childrenOf(meta, 'Param').map((param) => ({
    name: attributeOf(param, 'name') ?? '',
    value: attributeOf(param, 'value') ?? param.text,
  }));
  return {
    role,
    version: attributeOf(root, 'version') ?? '',
    namespace: namespaceOf(root),
    origin: textAt(root, 'Origin'),
    response: textAt(root, 'Response'),
    timeStamp: textAt(root, 'TimeStamp'),
    result: textAt(meta, 'Result'),
    params,
    filters: [
      ...params.filter(({ name }) => name === FILTER_PARAM).map(({ value }) => value),
      ...childrenOf(meta, 'filter')
        .filter((element) => attributeOf(element, 'type') === 'xpath')
        .map((element) => element.text),
    ],
  };
}

function rootOf(payload: Buffer): XmlElement | undefined {
  try {
    return parseXml(payload.toString('utf8'));
  } catch {
    return undefined;
  }
}

function namespaceOf(root: XmlElement): string | undefined {
  return Object.entries(root.attributes).find(
    ([name, value]) => /^xmlns/.test(name) && /Transport/.test(value ?? ''),
  )?.[1];
}

export interface TransportParam {
  readonly name: string;
  readonly value: string;
}

export interface TransportFields {
  readonly role: TransportRole;
  readonly origin: string;
  readonly response?: string | undefined;
  /** ISO 8601, UTC. */
  readonly timeStamp: string;
  readonly result?: string | undefined;
  readonly params?: readonly TransportParam[];
  readonly namespace?: string;
  readonly version?: string;
}

/** A Transport document, its children in the order the schema wants: Origin, Response, TimeStamp, Meta. */
export function buildTransport(fields: TransportFields): string {
  const { role, origin, response, timeStamp, result, params = [] } = fields;
  const { namespace = TRANSPORT_NAMESPACE, version = '1.0' } = fields;
  const meta = params.map(param).join('') + (result === undefined ? '' : `<Result>${escapeXml(result)}</Result>`);
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<trn:Transport role="${role}" version="${escapeXml(version)}" xmlns:trn="${escapeXml(namespace)}">` +
    `<Origin>${escapeXml(origin)}</Origin>` +
    (response === undefined ? '' : `<Response>${escapeXml(response)}</Response>`) +
    `<TimeStamp>${timeStamp}</TimeStamp>` +
    (meta === '' ? '' : `<Meta>${meta}</Meta>`) +
    `</trn:Transport>`
  );
}

function param({ name, value }: TransportParam): string {
  return `<Param name="${escapeXml(name)}" value="${escapeXml(value)}"/>`;
}
