import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Hono } from 'hono';
import type { Env, Site } from '../../src/web/context.ts';
import type { AlertRow } from '../../src/web/model.ts';
import { addFeeds, tagOf } from '../../src/web/routes/feeds.ts';

const KIB = 1024;

/** Feeds of alerts with packets of these sizes. */
function feeds(sizes: readonly number[]) {
  const rows = sizes.map((bytes, index) => ({
    ...{ seq: sizes.length - index, id: String(index).padStart(16, '0'), source: 'campus', bytes, handlers: [] },
    ...{ receivedAt: '2026-11-27T12:00:00.000Z', isDecided: true },
  })) as unknown as AlertRow[];
  const seen = { decoded: [] as number[], turns: new Set<number>(), atOnce: 0, most: 0 };
  let turn = 0;
  const next = (): void => {
    turn += 1;
    ticking = setImmediate(next);
  };
  let ticking = setImmediate(next);
  const alertOf = async (row: AlertRow): Promise<undefined> => {
    seen.atOnce += 1;
    seen.most = Math.max(seen.most, seen.atOnce);
    seen.decoded.push(row.bytes);
    seen.turns.add(turn);
    await Promise.resolve();
    seen.atOnce -= 1;
  };
  const desk = {
    rows: { list: (_: unknown, count: number) => rows.slice(0, count) },
    details: { alertOf },
    status: () => Promise.resolve({ identity: 'ivo://org.example/us' }),
  };
  const settings = { feedItems: 200, url: 'http://example.org', listen: { path: '', text: '' } };
  const app = new Hono<Env>();
  addFeeds(app, { desk, settings } as unknown as Site);
  const get = async (path: string) => {
    const answer = await app.request(path);
    assert.equal(answer.status, 200);
    return { text: await answer.text(), tag: answer.headers.get('etag') };
  };
  const end = (): void => {
    clearImmediate(ticking);
  };
  return { seen, get, end };
}

const itemsIn = (text: string): number => text.match(/<item>/g)?.length ?? 0;

describe('writing a feed', () => {
  it('lets others have their turn after each item', async (t) => {
    const { seen, get, end } = feeds(new Array(50).fill(KIB));
    t.after(end);
    await get('/feeds/all.rss');
    assert.equal(seen.decoded.length, 50);
    assert.equal(seen.turns.size, 50);
  });

  it('decodes no more than 4 MiB, and nothing above 64 KiB, and has an item of each alert all the same', async (t) => {
    const { seen, get, end } = feeds([64 * KIB + 1, ...new Array(100).fill(64 * KIB)]);
    t.after(end);
    assert.equal(itemsIn((await get('/feeds/all.rss')).text), 101);
    assert.deepEqual(seen.decoded, new Array(64).fill(64 * KIB));
  });

  it('goes on one after the other, and the same one is written once', async (t) => {
    const { seen, get, end } = feeds(new Array(20).fill(KIB));
    t.after(end);
    const asked = ['all.rss', 'all.rss', 'all.atom', 'all.json'].map((name) => get(`/feeds/${name}`));
    const [first, second] = await Promise.all(asked);
    assert.equal(seen.most, 1);
    assert.deepEqual(first, second);
    assert.equal(seen.decoded.length, 60);
  });
});

it('the tag of a feed is another one when another version wrote it', () => {
  assert.notEqual(tagOf(['a'], '1.0.0'), tagOf(['a'], '1.0.1'));
  assert.equal(tagOf(['a']), tagOf(['a']));
});
