import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith';
import { escapeXml } from '../../../src/alert/envelope.ts';
import { FEED_FORMATS, type FeedChannel } from '../../../src/web/feeds/channels.ts';
import { FEED_CONTENT_TYPES, renderFeed } from '../../../src/web/feeds/feed.ts';
import { type FeedItem, feedItem } from '../../../src/web/feeds/item.ts';
import { FULL_1_0, FULL_1_1, FULL_2_0, FULL_2_1 } from '../../support/packets.ts';
import { BASE, read } from './rows.ts';
import { childOf, childrenOf, type Tree, treeOf } from './xml-tree.ts';

const CHANNEL: FeedChannel = {
  title: 'ivo://org.example/voeventd: All alerts',
  description: 'What came in & what "became" of it <soon>.',
  author: 'ivo://org.example/voeventd',
  link: `${BASE}/alerts?role=observation&kind=new`,
  self: `${BASE}/feeds/stream/a%2F..%2Fb.rss`,
  updated: '2026-11-22T10:00:06.000Z',
};

const itemOf = (packet: Buffer | string): FeedItem => {
  const { row, alert } = read(packet);
  return feedItem(row, alert, BASE);
};
const ITEMS = [FULL_2_1, FULL_2_0, FULL_1_1, FULL_1_0, '<VOEvent', '{"alert_type":"initial","mission":"Swift"}'].map(
  itemOf,
);

/** RFC 822 §5.1 with the year of four digits that RSS 2.0 allows; GMT is one of its zones. */
const RFC_822 =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const ATOM = '{http://www.w3.org/2005/Atom}';
const textOf = (element: Tree, name: string): string => childOf(element, name).text;
const isUnique = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

describe('a feed in RSS', () => {
  const render = (items: readonly FeedItem[]) => renderFeed('rss', CHANNEL, items);

  it('keeps to RSS 2.0, and to what the RSS Advisory Board recommends', () => {
    const rss = treeOf(render(ITEMS));
    assert.deepEqual([rss.name, rss.attributes.version], ['rss', '2.0']);
    const channel = childOf(rss, 'channel');
    assert.equal(textOf(channel, 'title'), CHANNEL.title);
    assert.equal(textOf(channel, 'link'), CHANNEL.link);
    assert.equal(textOf(channel, 'description'), CHANNEL.description);
    assert.match(textOf(channel, 'lastBuildDate'), RFC_822);
    assert.deepEqual(childOf(channel, `${ATOM}link`).attributes, {
      ...{ href: CHANNEL.self, rel: 'self', type: FEED_CONTENT_TYPES.rss.split(';')[0] },
    });
    const items = childrenOf(channel, 'item');
    assert.equal(items.length, ITEMS.length);
    assert.ok(isUnique(items.map((item) => textOf(item, 'guid'))));
    for (const [index, item] of items.entries()) {
      const { link, enclosure, date } = ITEMS[index] as FeedItem;
      const guid = childOf(item, 'guid');
      assert.deepEqual([guid.text, guid.attributes], [link, { isPermaLink: 'true' }]);
      assert.match(textOf(item, 'pubDate'), RFC_822);
      assert.equal(Date.parse(textOf(item, 'pubDate')), Math.floor(Date.parse(date) / 1_000) * 1_000);
      assert.deepEqual(childOf(item, 'enclosure').attributes, { ...enclosure, length: String(enclosure.length) });
    }
  });

  it('is read by a feed reader as it was meant', () => assertRssReads(ITEMS));
});

describe('a feed in Atom', () => {
  const render = (items: readonly FeedItem[]) => renderFeed('atom', CHANNEL, items);

  it('keeps to RFC 4287', () => {
    const feed = treeOf(render(ITEMS));
    assert.equal(feed.name, `${ATOM}feed`);
    assert.equal(textOf(feed, `${ATOM}id`), CHANNEL.self);
    assert.equal(textOf(feed, `${ATOM}title`), CHANNEL.title);
    assert.match(textOf(feed, `${ATOM}updated`), RFC_3339);
    assert.equal(textOf(childOf(feed, `${ATOM}author`), `${ATOM}name`), CHANNEL.author);
    const relations = childrenOf(feed, `${ATOM}link`).map(({ attributes }) => [attributes.rel, attributes.href]);
    assert.deepEqual(relations, [
      ['self', CHANNEL.self],
      ['alternate', CHANNEL.link],
    ]);
    const entries = childrenOf(feed, `${ATOM}entry`);
    assert.equal(entries.length, ITEMS.length);
    assert.ok(isUnique(entries.map((entry) => textOf(entry, `${ATOM}id`))));
    for (const [index, entry] of entries.entries()) {
      const { link, enclosure } = ITEMS[index] as FeedItem;
      assert.equal(new URL(textOf(entry, `${ATOM}id`)).href, link);
      assert.match(textOf(entry, `${ATOM}updated`), RFC_3339);
      for (const name of ['title', 'summary']) assert.equal(childOf(entry, ATOM + name).attributes.type, 'text');
      assert.deepEqual(
        childrenOf(entry, `${ATOM}link`).map(({ attributes }) => attributes),
        [
          { rel: 'alternate', type: 'text/html', href: link },
          { rel: 'enclosure', type: enclosure.type, length: String(enclosure.length), href: enclosure.url },
        ],
      );
    }
  });

  it('is read by a feed reader as it was meant', () => assertAtomReads(ITEMS));
});

describe('a JSON Feed', () => {
  it('keeps to version 1.1', () => {
    const feed = JSON.parse(renderFeed('json', CHANNEL, ITEMS));
    assert.equal(feed.version, 'https://jsonfeed.org/version/1.1');
    assert.deepEqual([feed.title, feed.home_page_url, feed.feed_url], [CHANNEL.title, CHANNEL.link, CHANNEL.self]);
    assert.equal(feed.items.length, ITEMS.length);
    assert.ok(isUnique(feed.items.map((item: { id: unknown }) => item.id)));
    for (const item of feed.items) {
      assert.equal(typeof item.id, 'string');
      assert.equal(typeof item.content_text, 'string');
      assert.equal(item.content_html, undefined);
      assert.match(item.date_published, RFC_3339);
      assert.equal(item.attachments.length, 1);
      assert.ok(Number.isInteger(item.attachments[0].size_in_bytes));
    }
  });

  it('is read by a feed reader as it was meant', () => assertJsonReads(ITEMS));
});

function assertRssReads(items: readonly FeedItem[]): void {
  const feed = parseRssFeed(renderFeed('rss', CHANNEL, items));
  assert.deepEqual([feed.title, feed.link, feed.description], [CHANNEL.title, CHANNEL.link, CHANNEL.description]);
  assert.equal(feed.lastBuildDate, new Date(CHANNEL.updated).toUTCString());
  assert.deepEqual(feed.atom?.links?.[0]?.href, CHANNEL.self);
  assert.deepEqual(
    (feed.items ?? []).map(({ title, link, guid, description, pubDate, categories = [], enclosures }) => {
      return { title, link, guid, description, pubDate, categories, enclosures };
    }),
    items.map(({ title, link, description, date, categories, enclosure }) => ({
      title: title.replaceAll('<', '‹').replaceAll('>', '›'),
      link,
      guid: { value: link, isPermaLink: true },
      description: escapeXml(description),
      pubDate: new Date(date).toUTCString(),
      categories: categories.map((name) => ({ name })),
      enclosures: [enclosure],
    })),
  );
}

function assertAtomReads(items: readonly FeedItem[]): void {
  const feed = parseAtomFeed(renderFeed('atom', CHANNEL, items));
  assert.deepEqual(
    [feed.id, feed.title?.value, feed.subtitle?.value],
    [CHANNEL.self, CHANNEL.title, CHANNEL.description],
  );
  assert.deepEqual([feed.updated, feed.authors], [CHANNEL.updated, [{ name: CHANNEL.author }]]);
  assert.deepEqual(
    (feed.entries ?? []).map(({ id, title, summary, updated, categories = [], links }) => {
      return { id, title, summary, updated, categories, links };
    }),
    items.map(({ title, link, description, date, categories, enclosure: { url, type, length } }) => ({
      id: link,
      title: { type: 'text', value: title },
      summary: { type: 'text', value: description },
      updated: date,
      categories: categories.map((term) => ({ term })),
      links: [
        { href: link, rel: 'alternate', type: 'text/html' },
        { href: url, rel: 'enclosure', type, length },
      ],
    })),
  );
}

function assertJsonReads(items: readonly FeedItem[]): void {
  const feed = parseJsonFeed(renderFeed('json', CHANNEL, items));
  assert.deepEqual([feed.title, feed.home_page_url, feed.feed_url], [CHANNEL.title, CHANNEL.link, CHANNEL.self]);
  assert.deepEqual([feed.description, feed.authors], [CHANNEL.description, [{ name: CHANNEL.author }]]);
  assert.deepEqual(
    (feed.items ?? []).map(({ tags = [], ...item }) => ({ ...item, tags })),
    items.map(({ title, link, description, date, categories, enclosure: { url, type, length } }) => ({
      ...{ id: link, url: link, title, content_text: description, date_published: date, tags: categories },
      attachments: [{ url, mime_type: type, size_in_bytes: length }],
    })),
  );
}

const EVIL = [
  ...[
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='x",
    ']]>',
    ']]>]]><b>]]>',
    '<![CDATA[',
  ],
  ...['&#0;', '&#x1;', '&amp;lt;b&amp;gt;', '&amp;', '&nbsp;', '<!--', '-->', '<?php ?>', '%00', 'javascript:alert(1)'],
  ...[
    '\0',
    '\x1b[31m',
    '\u202egpj',
    '\ud800',
    '\udc00x',
    '\ufffe\uffff',
    '\u2028',
    '\u200b',
    '\r\n',
    '\r',
    '\t',
    ' ',
    '😀',
  ],
];
const evil = fc.oneof(
  fc.constantFrom(...EVIL),
  fc
    .array(fc.oneof(fc.constantFrom(...EVIL), fc.string({ unit: 'binary' })), { maxLength: 6 })
    .map((parts) => parts.join('')),
);

/** A VOEvent that has the text wherever it may have one. */
const evilVoevent = (text: string): string =>
  `<VOEvent version="2.0" role="${text}" ivorn="ivo://a/${text}#${text}"><Who><AuthorIVORN>${text}</AuthorIVORN><Date>${text}</Date>` +
  `<Author><title>${text}</title><shortName>${text}</shortName><contactName>${text}</contactName></Author></Who>` +
  `<What><Param name="Packet_Type" value="${text}"/><Param name="AlertType" value="${text}"/></What><WhereWhen>` +
  `<ObsDataLocation><ObservationLocation><AstroCoords><Time><TimeInstant><ISOTime>${text}</ISOTime></TimeInstant></Time>` +
  `<PositionName>${text}</PositionName></AstroCoords></ObservationLocation></ObsDataLocation></WhereWhen>` +
  `<Why importance="${text}" expires="${text}"/><Description>${text}</Description></VOEvent>`;

const evilJson = (text: string): string =>
  JSON.stringify({
    ...{
      alert_type: text,
      alert_tense: text,
      mission: text,
      instrument: text,
      id: text,
      event_name: text,
      topic: text,
    },
    ...{ description: text, alert_datetime: text, trigger_time: text, subject: text, submitter: text, $schema: text },
  });

describe('a feed of hostile alerts', () => {
  /** How many of the packets were alerts; the others are in quarantine. */
  function check(text: string): number {
    const items = [evilVoevent(escapeXml(text)), evilVoevent(text), evilJson(text), text].map(itemOf);
    for (const format of FEED_FORMATS) {
      assert.ok(renderFeed(format, CHANNEL, items).length < 2_000 + items.length * 20_000);
    }
    const channel = childOf(treeOf(renderFeed('rss', CHANNEL, items)), 'channel');
    for (const item of childrenOf(channel, 'item')) {
      assert.doesNotMatch(textOf(item, 'description'), /[<>]/);
      assert.doesNotMatch(textOf(item, 'title'), /[<>]/);
    }
    treeOf(renderFeed('atom', CHANNEL, items));
    assertRssReads(items);
    assertAtomReads(items);
    assertJsonReads(items);
    return items.filter((item) => !item.enclosure.type.endsWith('octet-stream')).length;
  }

  it('stays well-formed, is read as it was meant, and has no markup of theirs', () => {
    for (const text of EVIL) assert.ok(check(text) >= 2, text);
    fc.assert(fc.property(evil, (text) => void check(text)));
  });

  it('is bounded, however long their names', () => {
    for (const text of EVIL) assert.ok(check(text.repeat(Math.ceil(20_000 / text.length))) >= 1);
    assert.ok(check('x'.repeat(100_000)) >= 2);
  });

  it('has only addresses of ours', () => {
    const item = itemOf(evilVoevent('javascript:alert(1)'));
    for (const url of [item.link, item.enclosure.url]) assert.ok(url.startsWith(`${BASE}/alerts/`));
  });

  it('may have a hostile title itself', () => {
    for (const text of EVIL) {
      const channel = { ...CHANNEL, title: `a${text}`, description: text, author: `b${text}` };
      const { title, author } = JSON.parse(renderFeed('json', channel, [])) as { title: string; author: string };
      const rss = childOf(treeOf(renderFeed('rss', channel, [])), 'channel');
      const atom = treeOf(renderFeed('atom', channel, []));
      assert.deepEqual([textOf(rss, 'title'), textOf(atom, `${ATOM}title`)], [title, title], author);
    }
  });
});

describe('a feed without alerts', () => {
  it('is a feed', () => {
    assert.equal(parseRssFeed(renderFeed('rss', CHANNEL, [])).title, CHANNEL.title);
    assert.equal(parseAtomFeed(renderFeed('atom', CHANNEL, [])).title?.value, CHANNEL.title);
    assert.deepEqual(JSON.parse(renderFeed('json', CHANNEL, [])).items, []);
  });
});
