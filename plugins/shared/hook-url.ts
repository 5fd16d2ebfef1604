import type { Fields } from '../../src/plugin/api.ts';

/** A web address that may hold a password. */
export function hookUrl(fields: Fields) {
  return fields
    .secret()
    .refine((url) => isHttpUrl(url.reveal()), 'Write a whole address that begins with http:// or https://.');
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && ['http:', 'https:'].includes(url.protocol);
}
