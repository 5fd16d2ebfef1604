import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { getPath } from 'hono/utils/url';
import {
  FEED_FORMATS,
  type FeedFormat,
  type FeedSelection,
  feedPath,
  feedTitle,
  parseFeedPath,
} from '../../../src/web/feeds/channels.ts';

const NAMES = [
  '',
  '.',
  '..',
  '/',
  '//',
  'a//b',
  '/a',
  'a/',
  'a/./b',
  '../../etc',
  'a/..',
  '%',
  '%2F',
  '%zz',
  '?a=b',
  '#',
];
const MORE = [
  '.rss',
  'x.atom',
  'a/.json',
  '\\..\\',
  '\0',
  '\n',
  ' ',
  '\ud800',
  'a\udc00/b',
  'é/漢',
  '😀',
  '<script>',
  ';,=&+',
  'all',
];
const name = fc.oneof(
  fc.constantFrom(...NAMES, ...MORE),
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...NAMES, ...MORE, '\ud83d', '\ude00'), { maxLength: 6 }).map((parts) => parts.join('')),
);
const selection: fc.Arbitrary<FeedSelection> = fc.oneof(
  fc.constant<FeedSelection>({ kind: 'all' }),
  fc.record({ kind: fc.constantFrom('source' as const, 'stream' as const, 'role' as const), name }),
);
const format: fc.Arbitrary<FeedFormat> = fc.constantFrom(...FEED_FORMATS);

describe('the path of a feed', () => {
  it('is one that people can read', () => {
    const paths: [FeedSelection, FeedFormat, string][] = [
      [{ kind: 'all' }, 'rss', '/feeds/all.rss'],
      [{ kind: 'source', name: 'campus' }, 'atom', '/feeds/source/campus.atom'],
      [{ kind: 'stream', name: 'nasa.gsfc.gcn/SWIFT' }, 'json', '/feeds/stream/nasa.gsfc.gcn/SWIFT.json'],
      [{ kind: 'role', name: 'observation' }, 'rss', '/feeds/role/observation.rss'],
      [{ kind: 'source', name: 'the roof?' }, 'rss', '/feeds/source/the%20roof%3F.rss'],
      [{ kind: 'stream', name: 'a/../b//c' }, 'rss', '/feeds/stream/a%2F..%2Fb%2F%2Fc.rss'],
      [{ kind: 'stream', name: '' }, 'rss', '/feeds/stream/.rss'],
    ];
    for (const [selected, as, path] of paths) {
      assert.equal(feedPath(selected, as), path);
      assert.deepEqual(parseFeedPath(path), { ...selected, format: as });
    }
  });

  it('is read again, whatever the name, also when it went through a URL or through Hono', () => {
    fc.assert(
      fc.property(selection, format, (selected, as) => {
        const path = feedPath(selected, as);
        assert.match(path, /^[\w/.%!'()*~-]+$/);
        assert.ok(!path.includes('//'));
        const url = new URL(path, 'http://127.0.0.1:8099');
        assert.equal(url.pathname, path);
        assert.deepEqual(parseFeedPath(path), { ...selected, format: as });
        assert.deepEqual(parseFeedPath(getPath(new Request(url))), { ...selected, format: as });
      }),
      { numRuns: 1_000 },
    );
  });

  it('is different for different feeds', () => {
    fc.assert(
      fc.property(selection, selection, format, (one, other, as) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        assert.equal(feedPath(one, as) === feedPath(other, as), isSame);
      }),
    );
  });

  it('means nothing when it is another', () => {
    for (const path of [
      ...[
        '',
        '/',
        '/feeds',
        '/feeds/',
        '/feeds/all',
        '/feeds/all.xml',
        '/feeds/all.rss/',
        '/feeds/ALL.rss',
        '/feeds/.rss',
      ],
      ...['/feeds/all/x.rss', '/feeds/kind/new.rss', '/feeds/source.rss', '/feeds/stream/x', '/feeds/stream/x.RSS'],
      ...[
        '/x/feeds/all.rss',
        '/feeds/stream/%.rss',
        '/feeds/stream/%zz.rss',
        '/feeds/stream/%ff.rss',
        '/feeds/allxrss',
      ],
    ]) {
      assert.equal(parseFeedPath(path), undefined, path);
    }
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseFeedPath(`/feeds/stream/${text}.rss`)));
  });
});

describe('the title of a feed', () => {
  const identity = 'ivo://org.example/voeventd';

  it('says whose it is and what it has', () => {
    const titles: [FeedSelection, string][] = [
      [{ kind: 'all' }, 'All alerts'],
      [{ kind: 'stream', name: 'nasa.gsfc.gcn/SWIFT' }, 'Alerts of the stream nasa.gsfc.gcn/SWIFT'],
      [{ kind: 'source', name: 'campus' }, 'Alerts from the source campus'],
      [{ kind: 'role', name: 'observation' }, 'Alerts with the role observation'],
    ];
    for (const [selected, title] of titles) assert.equal(feedTitle(selected, identity), `${identity}: ${title}`);
  });

  it('shows what is hidden in a name, and is bounded', () => {
    assert.match(feedTitle({ kind: 'stream', name: '\u202ex' }, identity), /stream ⟨U\+202E⟩x$/);
    assert.ok(feedTitle({ kind: 'stream', name: 'x'.repeat(100_000) }, 'y'.repeat(1_000)).length <= 300);
  });
});
