import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * Texts are embedded deflated. Most processes need few of them (a plugin's child process never touches the web pages
 * or libxml2), and V8 would otherwise scan and keep all of them in memory as string literals at every start.
 */
export function pack(text: string): string {
  return deflateRawSync(text, { level: 9 }).toString('base64');
}

export function unpack(packed: string): string {
  return inflateRawSync(Buffer.from(packed, 'base64')).toString('utf8');
}
