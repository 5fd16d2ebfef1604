import { Feed } from 'feed';
import { escapeXml } from '../../alert/envelope.ts';
import type { FeedChannel } from './channels.ts';
import type { FeedItem } from './item.ts';

/** RSS 2.0. */
export function renderRss(channel: FeedChannel, items: readonly FeedItem[]): string {
  const feed = new Feed({
    title: elementText(channel.title),
    description: elementText(channel.description),
    link: channel.link,
    feedLinks: { rss: channel.self },
    updated: new Date(channel.updated),
    generator: 'voeventd',
  });
  for (const { title, link, description, date, categories, enclosure } of items) {
    // Without an id of its own, the link becomes the guid, and is marked as a permalink.
    feed.addItem({
      title: withoutTags(title),
      link,
      // Readers take it for HTML. The library puts it into a CDATA section, which it now cannot end.
      description: escapeXml(description),
      date: new Date(date),
      category: categories.map((name) => ({ name: elementText(name) })),
      enclosure,
    });
  }
  return feed.rss2();
}

/** The library takes `&amp;` in the text of an element for an `&` that has been escaped already. */
function elementText(text: string): string {
  return text.replaceAll('&', '&amp;');
}

/** RSS leaves open whether a title is plain text or HTML, and readers differ: this is the same to both. */
function withoutTags(title: string): string {
  return title.replaceAll('<', '‹').replaceAll('>', '›');
}
