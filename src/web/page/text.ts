import { h, type JSX } from 'preact';
import { visible } from '../../common/visible.ts';

/** Names and sentences; enough for any honest one. */
const SHORT = 300;
const LONG = 20_000;

/** A stranger's text on one line. */
export function shown(text: string, maxLength = SHORT): JSX.Element {
  return h('bdi', null, visible(text, maxLength));
}

/** A stranger's text with its line breaks. */
export function shownLines(text: string, maxLength = LONG): JSX.Element {
  return h('bdi', { class: 'lines', dir: 'ltr' }, visibleLines(text, maxLength));
}

/** Each line made visible on its own, so that line breaks remain; a tab is four blanks. */
export function visibleLines(text: string, maxLength = LONG): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  const lines = cut.split(/\r\n|\r|\n/);
  return lines.map((line) => visible(line.replaceAll('\t', '    '), maxLength + 1)).join('\n');
}

/** A link where the address is one of the web, else text: a packet may name `javascript:` and worse. */
export function shownAddress(uri: string, label = uri): JSX.Element {
  const href = webAddress(uri);
  return href === undefined ? shown(uri) : h('a', { href, rel: 'noopener noreferrer nofollow' }, shown(label));
}

function webAddress(uri: string): string | undefined {
  if (uri.length > 2_000 || !URL.canParse(uri)) return undefined;
  const { protocol, href } = new URL(uri);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}

/** The address of an alert's page; `suffix` as `.json`. */
export function alertHref(id: string, suffix = ''): string {
  return `/alerts/${encodeURIComponent(id.slice(0, 64).toWellFormed())}${suffix}`;
}

/** What an alert is called: its identifier, or its key where it has none. */
export function alertName({ ivorn, id }: { readonly ivorn?: string; readonly id: string }): string {
  return ivorn === undefined || ivorn.trim() === '' ? id : ivorn;
}
