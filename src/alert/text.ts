import { DecodeError } from './decode-error.ts';
import type { Alert } from './model.ts';

/**
 * The document as text, by its byte order mark or its declaration; UTF-8 otherwise (XML 1.0 §4.3.3).
 *
 * @throws DecodeError when the encoding it declares is not known
 */
export function textOf(packet: Buffer): string {
  const [first, second] = packet;
  const head = packet.toString('latin1', 0, 1_024);
  const declared = /^<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/.exec(head);
  let label = head.startsWith('\u00ef\u00bb\u00bf') ? 'utf-8' : (declared?.[1] ?? 'utf-8');
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) label = 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) label = 'utf-16be';
  try {
    return new TextDecoder(label).decode(packet);
  } catch {
    throw new DecodeError(`Its encoding ${label} is not known`, { line: 1, column: 1 });
  }
}

/** All but the document itself, which those who have the packet can make again. */
export type WithoutRaw = Omit<Alert, 'raw'>;

export function withoutRaw({ raw: _, ...alert }: Alert): WithoutRaw {
  return alert;
}

/** The alert with its document, which is read from the packet when somebody asks for it. */
export function withRaw(alert: WithoutRaw, packet: Buffer): Alert {
  let raw: Alert['raw'] | undefined;
  return Object.defineProperty({ ...alert } as Alert, 'raw', {
    enumerable: true,
    get: () => {
      raw ??= alert.format === 'voevent' ? textOf(packet) : JSON.parse(textOf(packet));
      return raw;
    },
  });
}
