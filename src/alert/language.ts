/** By the first byte that is not white space, after a byte order mark; UTF-16 has a zero byte beside it. */
export function languageOf(packet: Buffer): 'nothing' | 'json' | 'xml' | 'unknown' {
  const head = packet.toString('latin1', 0, 1_024).replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '');
  const first = /[^\s\0]/.exec(head)?.[0];
  if (first === undefined) return packet.length <= 1_024 ? 'nothing' : 'xml';
  if (first === '<') return 'xml';
  return first === '{' || first === '[' ? 'json' : 'unknown';
}
