import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith';
import type { Browser, Page } from 'playwright-core';
import { escapeXml } from '../../src/alert/envelope.ts';
import { type AlertPage, alertDetailSchema, alertPageSchema, type Status, statusSchema } from '../../src/web/model.ts';
import { type BrokerConnection, ScriptedBroker } from '../support/broker.ts';
import { NO_CHROMIUM, openPage, startChromium, tooWide } from '../support/chromium.ts';
import { sandbox, type Voeventd } from '../support/executable.ts';
import {
  HOSTILE_DOCUMENTS,
  HOSTILE_NAMES,
  HOSTILE_TEXTS,
  hostileGcn,
  hostileIgwn,
  hostileNames,
  hostileRole,
  hostileVoevent,
  UNWRITABLE,
} from '../support/hostile-packets.ts';
import { EventReader, webAddress } from '../support/http.ts';
import { authenticate, Peer } from '../support/peer.ts';
import { until } from '../support/wait.ts';

const config = (port: number): string => `
identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"] } }
broadcast: { listen: "127.0.0.1:0", test: false }
web: { listen: "127.0.0.1:0" }
handlers:
  keep: { plugin: archive, roles: [observation, test], with: { directory: ./archive, sync: false } }
  picky: { plugin: log, when: alert.positionName == "Betelgeuse" || alert.stream == "none" || alert.author.title == "me" }
  slew: { plugin: exec, when: alert.local != "quiet", with: { command: [sh, -c, 'echo "$VOEVENT_STREAM" >&2; exit 1'] } }
`;

const PACKETS: readonly Buffer[] = [
  ...HOSTILE_TEXTS.map(hostileVoevent),
  ...HOSTILE_TEXTS.map((text, index) => (index % 2 === 0 ? hostileGcn : hostileIgwn)(text, index)),
  hostileRole(HOSTILE_TEXTS[0] ?? ''),
  hostileGcn(UNWRITABLE, 0),
  hostileIgwn(UNWRITABLE, 0),
  ...HOSTILE_NAMES.map((name) => hostileNames(name, 0)),
  ...HOSTILE_DOCUMENTS,
];
const WIDE = { width: 1_024, height: 768 };
const PHONE = { width: 390, height: 844 };
const MEGABYTE = 1_000_000;
const LATEST = 50;

/** The alerts, in the order in which their packets were sent. */
async function received(url: string, count: number): Promise<AlertPage['alerts']> {
  const { alerts } = (await (await fetch(`${url}/api/alerts?count=200`)).json()) as AlertPage;
  assert.equal(alerts.length, count);
  return alerts.toReversed();
}

/** Resolves when every packet has been decided on and every handler is done with it. */
async function settled(url: string, count: number): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
    const { journal, handlers } = (await (await fetch(`${url}/api/status`)).json()) as Status;
    const open = handlers.reduce((sum, { pending, running }) => sum + pending + running, journal.undecided);
    if (journal.alerts === count && open === 0) return;
    await setTimeout(100);
  }
  throw new Error('The packets are not done with.');
}

describe('packets, subscribers and questions that attack whoever looks at the pages', { skip: NO_CHROMIUM }, () => {
  const cleanup: (() => unknown)[] = [];
  const scope = { after: (end: () => unknown) => void cleanup.push(end) };
  let browser: Browser;
  let daemon: Voeventd;
  let url: string;
  let connection: BrokerConnection;
  let page: Page;
  let problems: string[];
  /** What a page must not do. */
  const misdeeds: string[] = [];

  before(async () => {
    browser = await startChromium(scope);
    const broker = await ScriptedBroker.listen();
    scope.after(() => broker[Symbol.asyncDispose]());
    const { write, start } = sandbox(scope);
    write('voeventd.yaml', config(broker.port));
    daemon = start('run');
    url = await webAddress(daemon);
    connection = await broker.connection();
    const { address } = await daemon.logged(/^Broadcasting to subscribers on/);
    const subscriber = await Peer.connect(String(address));
    scope.after(() => subscriber.close());
    await subscriber.message(0);
    const filters = HOSTILE_TEXTS.map((text) => `//Param[@name='${text.replaceAll("'", '')}']`);
    const identity = `ivo://org.example/${HOSTILE_TEXTS.join(' ')}${'n'.repeat(100_000)}`;
    subscriber.send(authenticate(filters.map(escapeXml), escapeXml(identity)));

    ({ page, problems } = await openPage(browser, { viewport: PHONE }));
    page.on('dialog', (dialog) => {
      misdeeds.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(`${url}/`)) misdeeds.push(`a request to ${request.url()}`);
    });
  });
  after(async () => {
    for (const end of cleanup.toReversed()) await end();
  });

  /** What the page that is open does wrong. */
  async function wrongs(): Promise<string[]> {
    const wide = await tooWide(page);
    // A browser says by itself of an answer that it is an error.
    const said = problems.filter((problem) => !/status of 40[04]/.test(problem));
    return [...misdeeds, ...said, ...(await page.evaluate(whatIsWrong)), ...(wide > 0 ? [`${wide} px too wide`] : [])];
  }

  test('the open status page takes them as they come', async () => {
    await page.goto(url);
    await page.getByText('live 2').waitFor();
    connection.send(...PACKETS);
    await settled(url, PACKETS.length);
    const [last] = (await received(url, PACKETS.length)).slice(-1);
    await page.locator('#alerts tbody tr', { hasText: last?.id ?? '' }).waitFor();
    assert.equal(await page.locator('#alerts tbody tr').count(), PACKETS.length);
    await page.locator('#broadcast', { hasText: '<script>' }).waitFor();
    await page.locator('#handlers', { hasText: 'exited with code 1' }).waitFor();
    await page.evaluate(openAll);
    assert.deepEqual(await wrongs(), []);
  });

  test('no page lets anything of them be more than text', async () => {
    const alerts = await received(url, PACKETS.length);
    for (const path of ['/', '/alerts', '/feeds', ...alerts.map(({ id }) => `/alerts/${id}`)]) {
      await page.goto(url + path);
      await page.evaluate(openAll);
      assert.deepEqual(await wrongs(), [], path);
      await page.setViewportSize(WIDE);
      assert.ok((await tooWide(page)) <= 0, `${path} is ${await tooWide(page)} px too wide for a table`);
      await page.setViewportSize(PHONE);
      const size = Buffer.byteLength(await page.content());
      assert.ok(size < 3 * MEGABYTE, `${path} has ${size} bytes`);
    }
  });

  test('what cannot be seen is made visible', async () => {
    const alerts = await received(url, PACKETS.length);
    const pageOf = async (sent: Buffer): Promise<string> => {
      await page.goto(`${url}/alerts/${alerts[PACKETS.indexOf(sent)]?.id}`);
      return await page.locator('body').innerText();
    };
    const [bidi = Buffer.alloc(0)] = PACKETS.filter((sent) => sent.includes('\u202e evil'));
    const [half = Buffer.alloc(0)] = PACKETS.filter((sent) => sent.includes('\\ud800'));
    const [nul = Buffer.alloc(0)] = PACKETS.filter((sent) => sent.includes('\0'));
    assert.match(await pageOf(bidi), /rtl ⟨U\+202E⟩ evil ⟨U\+2066⟩ marks ⟨U\+200F⟩⟨U\+061C⟩ ⟨U\+009B⟩/);
    assert.match(await pageOf(half), /nul ⟨U\+0000⟩ bell ⟨U\+0007⟩ escape ⟨U\+001B⟩\[31m lone ⟨U\+D800⟩/);
    assert.match(await pageOf(nul), /QUARANTINE[\s\S]*org\.example\/nul#⟨U\+0000⟩|nul#⟨U\+0000⟩[\s\S]*QUARANTINE/);
  });

  test('a page that is asked for with such texts takes them for text too', async () => {
    for (const text of [...HOSTILE_TEXTS, UNWRITABLE.toWellFormed(), 'n'.repeat(3_000)]) {
      const encoded = encodeURIComponent(text);
      // Two of the names can be asked for with a day or a number alone.
      const names = ['stream', 'source', 'role', text, ...(text === HOSTILE_TEXTS[0] ? ['date', 'before'] : [])];
      const queries = names.map((name) => `/alerts?${encodeURIComponent(name)}=${encoded}`);
      for (const path of [...queries, `/nowhere/${encoded}`]) {
        await page.goto(url + path);
        assert.deepEqual(await wrongs(), [], path.slice(0, 200));
      }
      for (const path of [
        `/feeds/stream/${encoded}.rss`,
        `/api/alerts?stream=${encoded}`,
        `/api/alerts?${encoded}=1`,
      ]) {
        const answer = await fetch(url + path);
        assert.ok([200, 400, 404].includes(answer.status), `${answer.status} ${path}`);
        assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      }
    }
  });

  test('a packet that is opened is downloaded, and nothing in it runs', async () => {
    const alerts = await received(url, PACKETS.length);
    for (const sent of [...HOSTILE_DOCUMENTS, PACKETS[0] ?? Buffer.alloc(0)]) {
      const { id, problem } = alerts[PACKETS.indexOf(sent)] ?? { id: '' };
      for (const suffix of ['raw', ...(sent.toString().startsWith('<') ? ['xml'] : [])]) {
        const at = `${url}/alerts/${id}.${suffix}`;
        const [download] = await Promise.all([page.waitForEvent('download'), page.goto(at).catch(() => undefined)]);
        assert.deepEqual(readFileSync(await download.path()), sent);
        const { headers } = await fetch(at);
        assert.equal(headers.get('content-security-policy'), "default-src 'none'; sandbox");
        assert.match(headers.get('content-type') ?? '', /^application\/(?:xml\+voevent|octet-stream)$/);
        assert.match(headers.get('content-disposition') ?? '', /^attachment; filename="[0-9a-f]{16}\.(?:xml|packet)"$/);
      }
      const decoded = await page.goto(`${url}/alerts/${id}.json`);
      assert.equal(decoded?.status(), problem === undefined ? 200 : 404);
      assert.deepEqual(await wrongs(), []);
    }
  });

  test('the API keeps to its description, and is nothing but JSON', async () => {
    const alerts = await received(url, PACKETS.length);
    const ask = async (path: string): Promise<unknown> => {
      const answer = await fetch(url + path);
      assert.equal(answer.headers.get('content-type'), 'application/json');
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      return await answer.json();
    };
    alertPageSchema.parse(await ask('/api/alerts?count=200'));
    for (const { id } of alerts) alertDetailSchema.parse(await ask(`/api/alerts/${id}`));
    const { broadcast } = statusSchema.parse(await ask('/api/status'));
    assert.equal(broadcast?.subscribers[0]?.filters.length, HOSTILE_TEXTS.length);
    const reader = await EventReader.open(`${url}/api/stream?after=0`);
    await until(() => reader.of('alert').length === PACKETS.length, 'every alert');
    reader.close();
    alertPageSchema.parse({ alerts: reader.of('alert').map(({ data }) => data) });
  });

  test('feeds can be read, and hold no markup of theirs', async () => {
    for (const [format, parse] of [
      ['rss', parseRssFeed],
      ['atom', parseAtomFeed],
      ['json', parseJsonFeed],
    ] as const) {
      const text = await (await fetch(`${url}/feeds/all.${format}?count=200`)).text();
      const feed = parse(text);
      const items = ('items' in feed ? feed.items : 'entries' in feed ? feed.entries : undefined) ?? [];
      assert.equal(items.length, PACKETS.length, format);
      const markup = format === 'json' ? /content_html/ : /<(?:script|img|svg|html)\b/i;
      assert.ok(!markup.test(text), format);
      assert.ok(Buffer.byteLength(text) < 3 * MEGABYTE);
    }
  });

  test('pages, feeds and the API stay small when every name is long', async () => {
    const many = Array.from({ length: LATEST }, (_, index) =>
      hostileNames(HOSTILE_NAMES[index % HOSTILE_NAMES.length] ?? '', index + 1),
    );
    connection.send(...many);
    await settled(url, PACKETS.length + many.length);
    for (const path of [
      '/',
      '/alerts',
      '/feeds',
      '/feeds/all.rss',
      '/feeds/all.atom',
      '/feeds/all.json',
      '/api/alerts',
    ]) {
      const size = (await (await fetch(url + path)).arrayBuffer()).byteLength;
      assert.ok(size > 1_000 && size < 3 * MEGABYTE, `${path} has ${size} bytes`);
    }
    await page.goto(url);
    assert.equal(await page.locator('#alerts tbody tr').count(), LATEST);
    assert.deepEqual(await wrongs(), []);
    await daemon.stop();
  });
});

/** Runs in the browser. */
function openAll(): void {
  for (const details of document.querySelectorAll('details')) details.open = true;
}

/** Runs in the browser. */
function whatIsWrong(): string[] {
  const wrong: string[] = [];
  if ('hacked' in window) wrong.push('a script ran');
  for (const element of document.querySelectorAll('*')) {
    for (const { name } of element.attributes) {
      if (name.startsWith('on') || name === 'style') wrong.push(`${element.tagName} ${name}`);
    }
    if (element instanceof HTMLAnchorElement && !/^https?:$/.test(element.protocol)) wrong.push(element.href);
  }
  if (document.querySelector('img, svg, iframe, object, embed, style, base, main script, main link') !== null)
    wrong.push('a foreign element');
  const shown = document.documentElement.cloneNode(true) as Element;
  shown.querySelector('#data')?.remove();
  const unseen = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\p{M}{5}/u.exec(shown.outerHTML);
  if (unseen !== null) wrong.push(`unseen, or a tower: U+${unseen[0].codePointAt(0)?.toString(16)}`);
  return wrong;
}
