import { renderXml, type XmlNode } from '../../alert/xml/write.ts';
import type { FeedChannel } from './channels.ts';
import type { FeedItem } from './item.ts';

/**
 * Atom (RFC 4287). Not by the library that makes the RSS: it gives every enclosure the type `image/…`, with the end of the
 * address behind it, and calls every text HTML.
 */
export function renderAtom(channel: FeedChannel, items: readonly FeedItem[]): string {
  const feed: XmlNode = {
    name: 'feed',
    attributes: { xmlns: 'http://www.w3.org/2005/Atom' },
    content: [
      { name: 'id', content: channel.self },
      { name: 'title', content: channel.title },
      { name: 'subtitle', content: channel.description },
      { name: 'updated', content: channel.updated },
      { name: 'author', content: [{ name: 'name', content: channel.author }] },
      { name: 'generator', content: 'voeventd' },
      { name: 'link', attributes: { rel: 'self', type: 'application/atom+xml', href: channel.self } },
      { name: 'link', attributes: { rel: 'alternate', type: 'text/html', href: channel.link } },
      ...items.map(entryOf),
    ],
  };
  return `<?xml version="1.0" encoding="utf-8"?>\n${renderXml(feed)}`;
}

function entryOf({ title, link, description, date, categories, enclosure }: FeedItem): XmlNode {
  return {
    name: 'entry',
    content: [
      { name: 'id', content: link },
      { name: 'title', attributes: { type: 'text' }, content: title },
      { name: 'updated', content: date },
      { name: 'link', attributes: { rel: 'alternate', type: 'text/html', href: link } },
      {
        name: 'link',
        attributes: {
          rel: 'enclosure',
          type: enclosure.type,
          length: String(enclosure.length),
          href: enclosure.url,
        },
      },
      ...categories.map((term) => ({ name: 'category', attributes: { term } })),
      { name: 'summary', attributes: { type: 'text' }, content: description },
    ],
  };
}
