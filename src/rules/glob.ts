/** A pattern with `*` for any text and `?` for one character, the case of letters aside. */
export interface Glob {
  readonly text: string;
  matches(text: string): boolean;
}

export function glob(text: string): Glob {
  const pattern = text
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  const expression = new RegExp(`^${pattern}$`, 'iu');
  return { text, matches: (written) => expression.test(written) };
}
