import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Context, Hono } from 'hono';
import type { Alert } from '../../alert/model.ts';
import { VERSION } from '../../common/version.ts';
import { baseOf, type Env, type Site } from '../context.ts';
import { type FeedAddress, type FeedSelection, feedPath, feedTitle, parseFeedPath } from '../feeds/channels.ts';
import { FEED_CONTENT_TYPES, renderFeed } from '../feeds/feed.ts';
import { feedItem } from '../feeds/item.ts';
import type { AlertRow } from '../model.ts';
import { feedQuerySchema } from '../query.ts';
import { asked } from './api.ts';

/** Feeds that are kept as they were written. */
const MOST_KEPT = 64;
/** Bytes of packets that are decoded for one feed, and of one packet; the rest is told by what the journal has in its lists. */
const MOST_DECODED_BYTES = 4 * 1024 * 1024;
const LONGEST_DECODED = 64 * 1024;
/** A time in whole seconds says nothing about what came in the same second. */
const SETTLED_MS = 2_000;
/** When a feed without an alert last changed. */
const NEVER = '1970-01-01T00:00:00.000Z';

/** RSS, Atom and JSON Feed. */
export function addFeeds(app: Hono<Env>, site: Site): void {
  const kept = new Map<string, string>();
  // Feeds are written one after the other: whoever wants something else is answered meanwhile.
  let writing: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<string>): Promise<string> => {
    const written = writing.then(work);
    writing = written.catch(() => {});
    return written;
  };
  app.get('/feeds/:path{.+}', (context) =>
    asked(context, feedQuerySchema, async ({ count = site.settings.feedItems }) => {
      const address = parseFeedPath(new URL(context.req.url).pathname);
      if (address === undefined) return await context.notFound();
      const rows = site.desk.rows.list(filterOf(address), count);
      const { identity } = await site.desk.status();
      const base = baseOf(site, context.req.header('host'));
      const tag = tagOf([base, identity, feedPath(address, address.format), ...rows.map(({ id }) => id)]);
      const changedAt = Date.parse(rows[0]?.receivedAt ?? NEVER);
      const isSettled = Date.now() - changedAt > SETTLED_MS;
      const headers = {
        ...{ etag: tag, 'cache-control': 'no-cache', 'content-type': FEED_CONTENT_TYPES[address.format] },
        ...(isSettled ? { 'last-modified': new Date(changedAt).toUTCString() } : {}),
      };
      if (isUnchanged(context, tag, isSettled ? changedAt : undefined)) return context.body(null, 304, headers);
      const text = async (): Promise<string> => {
        const written = kept.get(tag) ?? (await write(site, address, { rows, identity, base }));
        keep(kept, tag, written);
        return written;
      };
      // Whoever came before may have asked for the same.
      return context.body(await (kept.has(tag) ? text() : inTurn(text)), 200, headers);
    }),
  );
}

/** Another version may write the same alerts otherwise. */
export function tagOf(about: readonly string[], version = VERSION): string {
  const digest = createHash('sha256').update([version, ...about].join('\n'));
  return `"${digest.digest('hex').slice(0, 32)}"`;
}

function filterOf(selection: FeedSelection): { stream?: string; source?: string; role?: string } {
  return selection.kind === 'all' ? {} : { [selection.kind]: selection.name };
}

async function write(
  site: Site,
  address: FeedAddress,
  { rows, identity, base }: { rows: readonly AlertRow[]; identity: string; base: string },
): Promise<string> {
  const items = [];
  let bytes = 0;
  for (const row of rows) {
    await setImmediate();
    let alert: Alert | undefined;
    if (row.bytes <= LONGEST_DECODED) {
      bytes += row.bytes;
      if (bytes <= MOST_DECODED_BYTES) alert = await site.desk.details.alertOf(row);
    }
    items.push(feedItem(row, alert, base));
  }
  const title = feedTitle(address, identity);
  const self = base + feedPath(address, address.format);
  const updated = rows[0]?.receivedAt ?? NEVER;
  const channel = { title, description: `${title}, newest first.`, author: identity, link: `${base}/`, self, updated };
  return renderFeed(address.format, channel, items);
}

/** RFC 9110 §13.1: the tag counts where there is one, else the time. */
function isUnchanged(context: Context, tag: string, changedAt: number | undefined): boolean {
  const tags = context.req.header('if-none-match');
  if (tags !== undefined) return tags.split(',').some((one) => ['*', tag, `W/${tag}`].includes(one.trim()));
  const since = Date.parse(context.req.header('if-modified-since') ?? '');
  return changedAt !== undefined && Math.floor(changedAt / 1_000) * 1_000 <= since;
}

function keep(kept: Map<string, string>, tag: string, text: string): void {
  kept.delete(tag);
  kept.set(tag, text);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
}
