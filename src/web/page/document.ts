import { type ComponentChildren, h, type JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { VERSION } from '../../common/version.ts';
import { visible } from '../../common/visible.ts';

/** A feed that programs find by themselves. */
export interface FeedLink {
  readonly title: string;
  /** Its media type. */
  readonly type: string;
  readonly href: string;
}

export interface DocumentParts {
  readonly title: string;
  readonly main: ComponentChildren;
  /** Comes before everything else on the page, the navigation included. */
  readonly first?: ComponentChildren;
  /** The page of the navigation that this is. */
  readonly current?: '/' | '/alerts' | '/feeds' | '/api';
  readonly head?: readonly FeedLink[];
  /** Whether the page takes itself over with JavaScript. @default false */
  readonly script?: boolean;
  /** What the script begins with: any JSON. */
  readonly data?: unknown;
}

const PAGES = [
  ['/', 'Status'],
  ['/alerts', 'Alerts'],
  ['/feeds', 'Feeds'],
  ['/api', 'API'],
] as const;

/** A whole page as HTML. It needs `/assets/style.css`, and with a script `/assets/app.js`; nothing in it is inline. */
export function renderDocument(parts: DocumentParts): string {
  const body = [
    h('a', { class: 'skip', href: '#main' }, 'Skip to content'),
    parts.first === undefined ? undefined : h('div', { id: 'first' }, parts.first),
    header(parts),
    h('main', { id: 'main', tabIndex: -1 }, parts.main),
    h('footer', null, h('p', null, `voeventd ${VERSION} · all times UTC · angles in degrees, ICRS unless said`)),
  ];
  const html = [renderToString(head(parts)), '<body>', ...body.map(rendered), dataBlock(parts.data), '</body>'];
  return `<!doctype html>\n<html lang="en">${html.join('')}</html>\n`;
}

function rendered(node: JSX.Element | undefined): string {
  return node === undefined ? '' : renderToString(node);
}

function head({ title, head = [], script }: DocumentParts): JSX.Element {
  return h('head', null, [
    h('meta', { charset: 'utf-8' }),
    h('title', null, visible(title, 200)),
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    h('meta', { name: 'color-scheme', content: 'light dark' }),
    h('link', { rel: 'stylesheet', href: '/assets/style.css' }),
    h('link', { rel: 'icon', href: '/assets/icon.svg', type: 'image/svg+xml' }),
    head.map(({ title, type, href }) => h('link', { rel: 'alternate', type, title: visible(title, 200), href })),
    script === true ? h('script', { type: 'module', src: '/assets/app.js' }) : undefined,
  ]);
}

function header({ current, script }: DocumentParts): JSX.Element {
  const pages = PAGES.map(([href, name]) =>
    h('li', { key: href }, h('a', { href, 'aria-current': href === current ? 'page' : undefined }, name)),
  );
  const snapshot = h(
    'p',
    { class: 'snapshot' },
    'Without JavaScript this page is a snapshot: reload it for a newer one.',
  );
  return h(
    'header',
    { class: 'bar' },
    h('p', { class: 'brand' }, 'voeventd'),
    h('nav', { 'aria-label': 'Pages' }, h('ul', null, pages)),
    script === true ? h('noscript', null, snapshot) : undefined,
  );
}

/** Data for the script. No browser runs it; and no text in it can end the element. */
function dataBlock(data: unknown): string {
  if (data === undefined) return '';
  const json = JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `<script type="application/json" id="data">${json}</script>`;
}
