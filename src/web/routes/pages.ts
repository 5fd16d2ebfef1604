import type { Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ROLES } from '../../alert/model.ts';
import { type Asset, webAssets } from '../assets.ts';
import type { Env, Site } from '../context.ts';
import { FEED_FORMATS, type FeedFormat, type FeedSelection, feedPath } from '../feeds/channels.ts';
import { FEED_CONTENT_TYPES } from '../feeds/feed.ts';
import { iso } from '../iso.ts';
import { type AlertRow, LONGEST_TEXT } from '../model.ts';
import { openApi } from '../openapi.ts';
import { alertPage } from '../page/alert-page.ts';
import { apiPage } from '../page/api-page.ts';
import { type FeedLink, renderDocument } from '../page/document.ts';
import { errorPage } from '../page/error-page.ts';
import { type FeedListing, feedsPage } from '../page/feeds-page.ts';
import { listPage } from '../page/list-page.ts';
import { renderStatusDocument } from '../page/status-document.ts';
import { complaint, dayOf, pageQuerySchema } from '../query.ts';

const LATEST = 50;
const LISTED = 100;
const FORMAT_NAMES: Readonly<Record<FeedFormat, string>> = { rss: 'RSS', atom: 'Atom', json: 'JSON Feed' };
/** Whoever opens a packet sees its bytes, and nothing in them runs. */
const ASLEEP = "default-src 'none'; sandbox";

/** Pages for people, and the packets themselves. */
export function addPages(app: Hono<Env>, site: Site): void {
  const { desk } = site;
  app.get('/', async (context) => {
    const [status, alerts] = [await desk.status(), desk.rows.list({}, LATEST)];
    const feeds = feedLinks({ kind: 'all' }, 'All alerts');
    return context.html(renderStatusDocument({ status, alerts }, feeds));
  });
  app.get('/alerts', (context) => listOf(context, site));
  app.get('/alerts/:id{[0-9a-f]{16}}', (context) => pageOf(context, site));
  app.get('/alerts/:file{[0-9a-f]{16}\\.(?:xml|raw|json)}', (context) => fileOf(context, site));
  app.get('/feeds', async (context) => {
    const main = feedsPage(listings(site, (await desk.status()).sources));
    return context.html(
      renderDocument({ title: 'Feeds', main, current: '/feeds', head: feedLinks({ kind: 'all' }, 'All alerts') }),
    );
  });
  app.get('/api', (context) =>
    context.html(renderDocument({ title: 'API', main: apiPage(openApi()), current: '/api' })),
  );
  app.get('/assets/:name', async (context) => {
    const assets: Readonly<Record<string, Asset>> = await webAssets();
    const name = context.req.param('name');
    const asset = Object.hasOwn(assets, name) ? assets[name] : undefined;
    if (asset === undefined) return await context.notFound();
    const { body, type, etag } = asset;
    if (context.req.header('if-none-match') === etag) return context.body(null, 304, { etag });
    return context.body(body, 200, { 'content-type': type, etag });
  });
  app.get('/favicon.ico', (context) => context.redirect('/assets/icon.svg'));
}

/** An answer that tells what went wrong, as a page or as whoever asks wants it. */
export function errorAnswer(
  context: Context<Env>,
  code: ContentfulStatusCode,
  heading: string,
  sentence: string,
): Response | Promise<Response> {
  const wantsPage =
    context.req.header('accept')?.includes('text/html') === true && !context.req.path.startsWith('/api/');
  if (!wantsPage) return context.json({ error: sentence }, code);
  return context.html(renderDocument({ title: heading, main: errorPage(code, heading, sentence) }), code);
}

async function listOf(context: Context<Env>, site: Site): Promise<Response> {
  // A form sends every field, also those that nobody filled.
  const given = Object.fromEntries(Object.entries(context.req.query()).filter(([, value]) => value !== ''));
  const parsed = pageQuerySchema.safeParse(given);
  if (!parsed.success) return await errorAnswer(context, 400, 'Not understood', complaint(parsed.error));
  const { date, ...filter } = parsed.data;
  const day = dayOf(date);
  if (day === undefined) return await errorAnswer(context, 400, 'Not understood', `There is no day ${date}.`);
  const rows = site.desk.rows.list({ ...filter, ...day }, LISTED + 1);
  const alerts = rows.slice(0, LISTED);
  const last = alerts.at(-1);
  const page = { alerts, ...(rows.length > LISTED && last !== undefined ? { next: last.seq } : {}) };
  const choices = {
    streams: site.desk.journal.streams().map(({ name }) => name),
    sources: (await site.desk.status()).sources.map(({ name }) => name),
    roles: [...ROLES],
  };
  const main = listPage(page, given, choices);
  return context.html(renderDocument({ title: 'Alerts', main, current: '/alerts', head: feedsFor(parsed.data) }));
}

async function pageOf(context: Context<Env>, site: Site): Promise<Response> {
  const found = await site.desk.details.find(context.req.param('id') ?? '');
  if (found === undefined) return await noAlert(context);
  const main = alertPage(site.desk.details.detail(found), await site.pretty(found.stored.packet));
  const { stream = '' } = found.row;
  // One that was cut is no stream's name any more.
  const head = stream === '' || stream.length >= LONGEST_TEXT ? [] : feedsFor({ stream });
  return context.html(renderDocument({ title: found.row.ivorn ?? found.row.id, main, current: '/alerts', head }));
}

async function fileOf(context: Context<Env>, site: Site): Promise<Response> {
  const [id = '', kind] = (context.req.param('file') ?? '').split('.');
  const found = await site.desk.details.find(id);
  if (found === undefined) return await noAlert(context);
  const { row, stored, alert } = found;
  if (kind === 'json') {
    if (alert === undefined) {
      return await errorAnswer(
        context,
        404,
        'Not readable',
        `This alert cannot be decoded; its bytes are at /alerts/${id}.raw.`,
      );
    }
    return context.json(alert);
  }
  if (kind === 'xml' && alert?.format !== 'voevent' && !isXml(row, stored.packet)) {
    return await errorAnswer(
      context,
      404,
      'No XML',
      `This alert is no XML document; its bytes are at /alerts/${id}.raw.`,
    );
  }
  context.header('content-security-policy', ASLEEP);
  context.header('content-disposition', `attachment; filename="${id}.${kind === 'xml' ? 'xml' : 'packet'}"`);
  return context.body(new Uint8Array(stored.packet), 200, { 'content-type': mediaType(row, kind) });
}

/** An alert in quarantine may be XML all the same. */
function isXml({ problem }: AlertRow, packet: Buffer): boolean {
  return problem !== undefined && packet.subarray(0, 1_024).toString('latin1').trimStart().startsWith('<');
}

function mediaType({ format, problem }: AlertRow, kind: string | undefined): string {
  if (kind === 'xml' || (format === 'voevent' && problem === undefined)) return 'application/xml+voevent';
  return problem === undefined && format !== undefined ? 'application/json' : 'application/octet-stream';
}

function noAlert(context: Context<Env>): Response | Promise<Response> {
  return errorAnswer(context, 404, 'No such alert', 'The journal has no alert with this id.');
}

function feedLinks(selection: FeedSelection, title: string): FeedLink[] {
  return FEED_FORMATS.map((format) => ({
    ...{ title: `${title} (${FORMAT_NAMES[format]})`, href: feedPath(selection, format) },
    type: FEED_CONTENT_TYPES[format].replace(/;.*/, ''),
  }));
}

/** The feeds that have what a list has, where there are such. */
function feedsFor({
  stream,
  source,
  role,
}: {
  stream?: string | undefined;
  source?: string | undefined;
  role?: string | undefined;
}): FeedLink[] {
  if (stream !== undefined) return feedLinks({ kind: 'stream', name: stream }, stream);
  if (source !== undefined) return feedLinks({ kind: 'source', name: source }, source);
  return role === undefined ? feedLinks({ kind: 'all' }, 'All alerts') : feedLinks({ kind: 'role', name: role }, role);
}

function listings({ desk }: Site, sources: readonly { name: string }[]): FeedListing[] {
  const newest = (filter: { source?: string; role?: string }) => desk.rows.list(filter, 1)[0]?.receivedAt;
  const listing = (title: string, selection: FeedSelection, newestAt: string | undefined): FeedListing => ({
    title,
    links: FEED_FORMATS.map((format) => ({ format: FORMAT_NAMES[format], href: feedPath(selection, format) })),
    ...(newestAt === undefined ? {} : { newestAt }),
  });
  return [
    listing('All alerts', { kind: 'all' }, newest({})),
    ...sources.map(({ name }) =>
      listing(`From the source ${name}`, { kind: 'source', name }, newest({ source: name })),
    ),
    ...ROLES.map((role) => listing(`With the role ${role}`, { kind: 'role', name: role }, newest({ role }))),
    ...desk.journal
      .streams()
      .map(({ name, newestAt }) => listing(`Of the stream ${name}`, { kind: 'stream', name }, iso(newestAt))),
  ];
}
