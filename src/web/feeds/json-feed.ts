import type { FeedChannel } from './channels.ts';
import type { FeedItem } from './item.ts';

/**
 * JSON Feed 1.1. Not by the library that makes the RSS: it writes version 1, has no attachments, and calls every text HTML.
 */
export function renderJsonFeed(channel: FeedChannel, items: readonly FeedItem[]): string {
  const feed = {
    version: 'https://jsonfeed.org/version/1.1',
    title: channel.title,
    description: channel.description,
    home_page_url: channel.link,
    feed_url: channel.self,
    authors: [{ name: channel.author }],
    items: items.map(itemOf),
  };
  return `${JSON.stringify(feed, null, 2)}\n`;
}

function itemOf({ title, link, description, date, categories, enclosure }: FeedItem) {
  return {
    id: link,
    url: link,
    title,
    content_text: description,
    date_published: date,
    tags: categories,
    attachments: [{ url: enclosure.url, mime_type: enclosure.type, size_in_bytes: enclosure.length }],
  };
}
