import { escapeXml } from '../alert/envelope.ts';
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
}

/** The namespace VTP 2.0 uses; others are seen in the field, so reading goes by local names alone. */
export const TRANSPORT_NAMESPACE = 'http://telescope-networks.org/schema/Transport/v1.1';
/** What the eSTAR client of 2006 wrote. */
export const MINI_INTEROP_NAMESPACE = 'http://www.telescope-networks.org/xml/Transport/v0.1';

/** Reads a Transport message; undefined when it is none that we know. */
export function parseTransport(payload: Buffer): TransportMessage | undefined {
  const root = rootOf(payload);
  const role = TRANSPORT_ROLES.find((known) => known === attributeOf(root, 'role')?.toLowerCase());
  if (root?.name !== 'Transport' || role === undefined) return undefined;
  const meta = childOf(root, 'Meta');
  return {
    role,
    version: attributeOf(root, 'version') ?? '',
    namespace: namespaceOf(root),
    origin: textAt(root, 'Origin'),
    response: textAt(root, 'Response'),
    timeStamp: textAt(root, 'TimeStamp'),
    result: textAt(meta, 'Result'),
    params: childrenOf(meta, 'Param').map((param) => ({
      name: attributeOf(param, 'name') ?? '',
      value: attributeOf(param, 'value') ?? param.text,
    })),
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

export interface TransportFields {
  readonly role: TransportRole;
  readonly origin: string;
  readonly response?: string | undefined;
  /** ISO 8601, UTC. */
  readonly timeStamp: string;
  readonly result?: string;
  readonly namespace?: string;
  readonly version?: string;
}

/** A Transport document, its children in the order the schema wants: Origin, Response, TimeStamp, Meta. */
export function buildTransport(fields: TransportFields): string {
  const { role, origin, response, timeStamp, result, namespace = TRANSPORT_NAMESPACE, version = '1.0' } = fields;
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<trn:Transport role="${role}" version="${escapeXml(version)}" xmlns:trn="${escapeXml(namespace)}">` +
    `<Origin>${escapeXml(origin)}</Origin>` +
    (response === undefined ? '' : `<Response>${escapeXml(response)}</Response>`) +
    `<TimeStamp>${timeStamp}</TimeStamp>` +
    (result === undefined ? '' : `<Meta><Result>${escapeXml(result)}</Result></Meta>`) +
    `</trn:Transport>`
  );
}
