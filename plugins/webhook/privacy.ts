import { stripVTControlCharacters } from 'node:util';
import type { Options } from './options.ts';

/** Shorter words are found in any text by chance. */
const SHORTEST_SECRET = 6;
const LONGEST_HINT = 200;

/** The beginning of what the server wrote, fit for a log line, without the secrets it may have echoed. */
export function hint(text: string, options: Options): string {
  const clean = secretsOf(options)
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)
    .replace(/\s+/g, ' ')
    .trim();
  return printable(clean).slice(0, LONGEST_HINT);
}

function secretsOf({ url: address, headers, signature }: Options): string[] {
  const url = new URL(address.reveal());
  const whole = [address.reveal(), url.href, url.pathname + url.search, url.pathname, url.username, url.password];
  if (signature !== undefined) whole.push(signature.secret.reveal());
  // Of "Bearer TOKEN", the second word alone is a secret, too.
  const parts = Object.values(headers).flatMap((value) => [value.reveal(), ...value.reveal().split(/\s+/).slice(1)]);
  return [...whole, ...parts, ...url.searchParams.values()]
    .flatMap((secret) => [secret, decoded(secret)])
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Text a terminal can show: no escape sequences, no control characters, nothing that turns the writing direction. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    '',
  );
}
