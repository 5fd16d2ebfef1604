import { visible } from '../../common/visible.ts';
import { renderAtom } from './atom.ts';
import type { FeedChannel, FeedFormat } from './channels.ts';
import type { FeedItem } from './item.ts';
import { renderJsonFeed } from './json-feed.ts';
import { renderRss } from './rss.ts';

export const FEED_CONTENT_TYPES: Readonly<Record<FeedFormat, string>> = {
  rss: 'application/rss+xml; charset=utf-8',
  atom: 'application/atom+xml; charset=utf-8',
  json: 'application/feed+json',
};

const RENDERERS = { rss: renderRss, atom: renderAtom, json: renderJsonFeed };

/** A feed as RSS 2.0, Atom (RFC 4287) or JSON Feed 1.1. The items stand in the order given: newest first, by custom. */
export function renderFeed(format: FeedFormat, channel: FeedChannel, items: readonly FeedItem[]): string {
  const { title, description, author } = channel;
  const shown = { title: visible(title, 300), description: visible(description, 1_000), author: visible(author, 300) };
  return RENDERERS[format]({ ...channel, ...shown }, items);
}
