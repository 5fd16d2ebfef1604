/** Documents as they go over the wire, written by hand from the standards; what comes is read by hand too. */

const STREAM = 'ivo://org.example/vtp';
const NAMESPACE = 'http://telescope-networks.org/schema/Transport/v1.1';

export function ivornOf(name: string): string {
  return `${STREAM}#${name}`;
}

export interface EventParts {
  readonly role?: string;
  /** The content of `What`. */
  readonly what?: string;
  readonly ivorn?: string;
}

/** A VOEvent 2.0 that keeps to its schema. */
export function event(
  name: string,
  { role = 'observation', what = '', ivorn = ivornOf(name) }: EventParts = {},
): Buffer {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0" role="${role}" ivorn="${ivorn}">
  <Who><AuthorIVORN>ivo://org.example</AuthorIVORN><Date>2026-11-22T10:00:05</Date></Who>
  <What>${what}</What>
</voe:VOEvent>
`);
}

/** The same document with something replaced, all of it where `from` says so. */
export function changed(document: Buffer, from: string | RegExp, to: string): Buffer {
  const text = document.toString().replace(from, to);
  if (text === document.toString()) throw new Error(`There is no ${from} to replace.`);
  return Buffer.from(text);
}

export interface TransportParts {
  readonly origin?: string;
  readonly response?: string;
  readonly timeStamp?: string;
  /** The content of `Meta`. */
  readonly meta?: string;
  readonly namespace?: string;
}

/** A Transport document of VTP 2.0 §6. */
export function transport(role: string, parts: TransportParts = {}): Buffer {
  const { origin = 'ivo://org.example/peer', response, timeStamp = new Date().toISOString(), meta } = parts;
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
      `<trn:Transport xmlns:trn="${parts.namespace ?? NAMESPACE}" role="${role}" version="1.0"><Origin>${origin}</Origin>` +
      (response === undefined ? '' : `<Response>${response}</Response>`) +
      `<TimeStamp>${timeStamp}</TimeStamp>${meta === undefined ? '' : `<Meta>${meta}</Meta>`}</trn:Transport>`,
  );
}

export interface Transport {
  readonly role: string;
  readonly version: string | undefined;
  readonly namespace: string | undefined;
  readonly origin: string | undefined;
  readonly response: string | undefined;
  readonly timeStamp: string | undefined;
  readonly result: string | undefined;
  /** Names of the root's children, in order. */
  readonly children: readonly string[];
}

/** Reads a Transport document in the form that the executable writes. */
export function readTransport(message: string | Buffer): Transport {
  const text = String(message);
  const root = /<(?:\w+:)?Transport\s([^>]*)>([\s\S]*)<\/(?:\w+:)?Transport>\s*$/.exec(text);
  if (root === null) throw new Error(`No Transport document: ${text}`);
  const [, attributes = '', content = ''] = root;
  const attribute = (name: string) => new RegExp(`\\b${name}(?::\\w+)?="([^"]*)"`).exec(attributes)?.[1];
  const child = (name: string) => unescapeXml(new RegExp(`<${name}>([^<]*)</${name}>`).exec(content)?.[1]);
  return {
    role: attribute('role') ?? '',
    version: attribute('version'),
    namespace: attribute('xmlns'),
    origin: child('Origin'),
    response: child('Response'),
    timeStamp: child('TimeStamp'),
    result: child('Result'),
    children: [...content.matchAll(/<(Origin|Response|TimeStamp|Meta)>/g)].map(([, name = '']) => name),
  };
}

export function isTransport(message: string | Buffer, role: string): boolean {
  return new RegExp(`<(?:\\w+:)?Transport\\s[^>]*role=["']${role}["']`).test(String(message));
}

export function isEvent(message: string | Buffer): boolean {
  return /<(?:\w+:)?VOEvent\s/.test(Buffer.from(message).toString('latin1').replaceAll('\0', ''));
}

function unescapeXml(text: string | undefined): string | undefined {
  const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text?.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => named[name] ?? '');
}
