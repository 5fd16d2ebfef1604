import { createHash } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { baseOf, type Env, type Site } from '../context.ts';
import { type FeedAddress, type FeedSelection, feedPath, feedTitle, parseFeedPath } from '../feeds/channels.ts';
import { FEED_CONTENT_TYPES, renderFeed } from '../feeds/feed.ts';
import { feedItem } from '../feeds/item.ts';
import type { AlertRow } from '../model.ts';
import { feedQuerySchema } from '../query.ts';
import { asked } from './api.ts';

/** Feeds that are kept as they were written. */
const MOST_KEPT = 64;
/** A time in whole seconds says nothing about what came in the same second. */
const SETTLED_MS = 2_000;
/** When a feed without an alert last changed. */
const NEVER = '1970-01-01T00:00:00.000Z';

/** RSS, Atom and JSON Feed. */
export function addFeeds(app: Hono<Env>, site: Site): void {
  const kept = new Map<string, string>();
  app.get('/feeds/:path{.+}', (context) =>
    asked(context, feedQuerySchema, async ({ count = site.settings.feedItems }) => {
      const address = parseFeedPath(new URL(context.req.url).pathname);
      if (address === undefined) return await context.notFound();
      const rows = site.desk.rows.list(filterOf(address), count);
      const { identity } = await site.desk.status();
      const base = baseOf(site, context.req.header('host'));
      const about = [base, identity, feedPath(address, address.format), ...rows.map(({ id }) => id)].join('\n');
      const tag = `"${createHash('sha256').update(about).digest('hex').slice(0, 32)}"`;
      const changedAt = Date.parse(rows[0]?.receivedAt ?? NEVER);
      const isSettled = Date.now() - changedAt > SETTLED_MS;
      const headers = {
        ...{ etag: tag, 'cache-control': 'no-cache', 'content-type': FEED_CONTENT_TYPES[address.format] },
        ...(isSettled ? { 'last-modified': new Date(changedAt).toUTCString() } : {}),
      };
      if (isUnchanged(context, tag, isSettled ? changedAt : undefined)) return context.body(null, 304, headers);
      const text = kept.get(tag) ?? (await write(site, address, { rows, identity, base }));
      keep(kept, tag, text);
      return context.body(text, 200, headers);
    }),
  );
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
  for (const row of rows) items.push(feedItem(row, await site.desk.details.alertOf(row), base));
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
