import { visible } from '../../common/visible.ts';

export const FEED_FORMATS = ['rss', 'atom', 'json'] as const;
export type FeedFormat = (typeof FEED_FORMATS)[number];

const NAMED = ['source', 'stream', 'role'] as const;

/** Which alerts a feed has. */
export type FeedSelection = { readonly kind: 'all' } | { readonly kind: (typeof NAMED)[number]; readonly name: string };

export type FeedAddress = FeedSelection & { readonly format: FeedFormat };

/** What a feed says of itself. */
export interface FeedChannel {
  readonly title: string;
  readonly description: string;
  /** Who publishes it. */
  readonly author: string;
  /** The page that shows the same: an absolute address. */
  readonly link: string;
  /** Where this feed is, in this format: an absolute address; it identifies the feed. */
  readonly self: string;
  /** When it last changed: ISO 8601, UTC. */
  readonly updated: string;
}

const ROOT = '/feeds/';

/** Halves of surrogate pairs, and all the rest: UTF-8 has no bytes for the former. */
const PARTS = /[\ud800-\udfff]|[^\ud800-\udfff]+/gu;
/** The three bytes that such a half would have. */
const LONE = /%ED%([AB][\dA-F])%([89AB][\dA-F])/gi;

/** A path such as `/feeds/stream/nasa.gsfc.gcn/SWIFT.json`; `parseFeedPath` reads it again, whatever the name. */
export function feedPath(selection: FeedSelection, format: FeedFormat): string {
  const what = selection.kind === 'all' ? 'all' : `${selection.kind}/${encodeName(selection.name)}`;
  return `${ROOT}${what}.${format}`;
}

/**
 * The feed that a path means, or undefined when it means none.
 *
 * @param path percent-encoded, as it stands in the URL; Hono's `c.req.path`, which is half decoded, does too
 */
export function parseFeedPath(path: string): FeedAddress | undefined {
  const format = FEED_FORMATS.find((known) => path.endsWith(`.${known}`));
  if (format === undefined || !path.startsWith(ROOT)) return undefined;
  const what = path.slice(ROOT.length, -`.${format}`.length);
  if (what === 'all') return { kind: 'all', format };
  const kind = NAMED.find((known) => what.startsWith(`${known}/`));
  if (kind === undefined) return undefined;
  const name = decodeName(what.slice(`${kind}/`.length));
  return name === undefined ? undefined : { kind, name, format };
}

/** What a feed is called: who publishes it, and what it has. Safe to look at, and at most 300 characters long. */
export function feedTitle(selection: FeedSelection, identity: string): string {
  return `${visible(identity, 120)}: ${visible(contentOf(selection), 178)}`;
}

function contentOf(selection: FeedSelection): string {
  switch (selection.kind) {
    case 'all':
      return 'All alerts';
    case 'stream':
      return `Alerts of the stream ${selection.name}`;
    case 'source':
      return `Alerts from the source ${selection.name}`;
    case 'role':
      return `Alerts with the role ${selection.name}`;
  }
}

/**
 * Slashes stay, for people read them; but not beside a segment that is empty or made of dots, which browsers and proxies
 * take out, also when the dots are percent-encoded (URL Standard, “double-dot URL path segment”).
 */
function encodeName(name: string): string {
  const segments = name.split('/');
  const isFragile = (segment: string | undefined): boolean => segment === '' || segment === '.' || segment === '..';
  return segments
    .map((segment, index) => {
      const slash = isFragile(segment) || isFragile(segments[index - 1]) ? '%2F' : '/';
      return `${index === 0 ? '' : slash}${encodeSegment(segment)}`;
    })
    .join('');
}

function encodeSegment(segment: string): string {
  return segment.replace(PARTS, (part) => {
    if (part.isWellFormed()) return encodeURIComponent(part);
    const code = part.charCodeAt(0);
    const bytes = [0xed, 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
    return bytes.map((byte) => `%${byte.toString(16).toUpperCase()}`).join('');
  });
}

function decodeName(encoded: string): string | undefined {
  const halves = encoded.replace(LONE, (_, second: string, third: string) =>
    String.fromCharCode(0xd000 | ((Number.parseInt(second, 16) & 0x3f) << 6) | (Number.parseInt(third, 16) & 0x3f)),
  );
  try {
    return decodeURIComponent(halves);
  } catch {
    return undefined;
  }
}
