import { h, type JSX } from 'preact';
import { visible } from '../../common/visible.ts';

/** Names and sentences; enough for any honest one. */
const SHORT = 300;
const LONG = 20_000;

/** A stranger's text on one line. */
export function shown(text: string, maxLength = SHORT): JSX.Element {
  return h('bdi', null, visible(text, maxLength));
}

/** An identifier, which breaks after a slash or a number sign where it has to. */
export function shownName(name: string): JSX.Element {
  const parts = visible(name, SHORT).split(/(?<=[/#?])(?![/#?])/);
  return h(
    'bdi',
    null,
    parts.flatMap((part, index) => (index === 0 ? [part] : [h('wbr', null), part])),
  );
}

/** A stranger's text with its line breaks. */
export function shownLines(text: string, maxLength = LONG): JSX.Element {
  return h('bdi', { class: 'lines', dir: 'ltr' }, visible(text, maxLength));
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
  return `/alerts/${id.slice(0, 64).replace(/[^\w-]/g, '')}${suffix}`;
}

/** What an alert is called: its identifier, or its key where it has none. */
export function alertName({ ivorn, id }: { readonly ivorn?: string; readonly id: string }): string {
  return ivorn === undefined || ivorn.trim() === '' ? id : ivorn;
}
