import { printable } from './words.ts';

/** Shorter words are found in any text by chance. */
const SHORTEST_SECRET = 6;
const LONGEST_HINT = 200;

/** The beginning of what a server wrote, fit for a log line, without the secrets it may have echoed. */
export function hint(text: string, secrets: readonly string[]): string {
  const clean = secrets
    .flatMap((secret) => [secret, decoded(secret)])
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)
    .replace(/\s+/g, ' ')
    .trim();
  return printable(clean).slice(0, LONGEST_HINT);
}

/** The parts of an address that is itself a password: all but scheme, host and port. */
export function secretsOfUrl(address: string): string[] {
  const url = new URL(address);
  const whole = [address, url.href, url.pathname + url.search, url.pathname, url.username, url.password];
  return [...whole, ...url.searchParams.values()];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
