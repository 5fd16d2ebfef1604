/**
 * `npm run screenshots`: docs/images, from the executable with a night of invented alerts in its journal, in Chromium.
 * The alerts and what becomes of them are real to the daemon. Addresses, and for how long it has been up, are dressed in
 * the browser: so are the times, that every run shows the same night.
 */
import { mkdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startChromium } from '../test/support/chromium.ts';
import { sandbox } from '../test/support/executable.ts';
import { webAddress } from '../test/support/http.ts';
import { authenticate, Peer } from '../test/support/peer.ts';
import { programOf, startBroker } from '../test/support/play.ts';
import { type Dress, dressUp } from './dress.ts';
import { fillNight, NIGHT, nightPacket } from './night.ts';

const IMAGES = join(import.meta.dirname, '..', 'docs', 'images');
const MOST_BYTES = 250_000;
/** When the reader looks. */
const THEN = Date.parse('2026-11-27T05:43:12Z');

const config = (gcn: number, campus: number, chat: number): string => `
identity: ivo://org.example.dome/voeventd
journal: { path: ./journal.db }
sources:
  gcn: { type: vtp, brokers: ["127.0.0.1:${gcn}"] }
  campus: { type: vtp, brokers: ["127.0.0.1:${campus}"], grace: 1s, reconnect: { initial: 20s, max: 20s } }
  authors: { type: receiver, listen: "127.0.0.1:0" }
broadcast: { listen: "127.0.0.1:0", test: false }
web: { listen: "127.0.0.1:0" }
handlers:
  keep: { plugin: archive, roles: [observation, prediction, utility, test], with: { directory: ./archive, path: "{alert.local}.xml" } }
  slew:
    plugin: exec
    when: alert.errorRadius < 1.0
    with: { command: [sh, -c, 'case $VOEVENT_LOCAL in BAT*) exec sleep 60 ;; esac'] }
  chat: { plugin: webhook, when: alert.importance > 0.45, with: { url: "http://127.0.0.1:${chat}/hook" } }
  notes: { plugin: exec, roles: [observation, utility], with: { command: ["true"] } }
`;

/** What ends with the script, last first. */
const ends: (() => unknown)[] = [];
const scope = { after: (end: () => unknown) => void ends.push(end) };

async function main(): Promise<void> {
  const { directory, write, start } = sandbox(scope);
  const chat = createServer((request, response) => request.resume().on('end', () => response.end('ok')));
  await new Promise<void>((resolve) => void chat.listen(0, '127.0.0.1', resolve));
  scope.after(() => chat.close());
  const [burst, bulge, status] = [NIGHT, NIGHT + 2, NIGHT + 6].map((index) => nightPacket(index, Date.now() - 30_000));
  const play = (packet: Buffer | undefined) => startBroker(scope, { program: programOf(packet ? [packet] : []) });
  const [gcn, campus] = [await play(burst), await play(bulge)];
  write('voeventd.yaml', config(gcn.port, campus.port, (chat.address() as AddressInfo).port));
  await fillNight(join(directory, 'voeventd.yaml'), join(directory, 'journal.db'));

  const daemon = start('run');
  const url = await webAddress(daemon);
  const addressOf = async (what: RegExp): Promise<string> => String((await daemon.logged(what)).address);
  const [receiver, broadcast] = [
    await addressOf(/^Receiving from authors/),
    await addressOf(/^Broadcasting to subscribers/),
  ];
  const subscribers = [await Peer.connect(broadcast), await Peer.connect(broadcast)];
  for (const peer of subscribers) scope.after(() => peer.close());
  subscribers[0]?.send(authenticate([], 'ivo://org.example.robotic/watch'));
  subscribers[1]?.send(
    authenticate(["//Param[@name='Packet_Type' and @value='61']"], 'ivo://org.example.spectra/voeventd'),
  );
  await daemon.logged(/^chat done/);
  const author = await Peer.connect(receiver);
  scope.after(() => author.close());
  author.send(status ?? '');
  await author.message(0);
  await daemon.logged(/^notes done/, 3);

  const names: Dress['names'] = [
    [`127.0.0.1:${gcn.port}`, 'voevent.example.org:8099'],
    [`127.0.0.1:${campus.port}`, '10.20.0.7:8099'],
    [receiver, '0.0.0.0:8098'],
    [broadcast, '0.0.0.0:8099'],
    ...subscribers.map(({ socket }, index): [string, string] => {
      return [`127.0.0.1:${socket.localPort}`, ['192.0.2.17:51544', '192.0.2.31:40112'][index] ?? ''];
    }),
    [directory, '/var/lib/voeventd'],
    ['./journal.db', '/var/lib/voeventd/journal.db'],
  ];
  const well: Dress = { shiftMs: THEN - Date.now(), names, isSilent: false };
  mkdirSync(IMAGES, { recursive: true });
  const browser = await startChromium(scope);
  await shoot(browser, url, well, 'status-light', { viewport: { width: 1_280, height: 1_160 } });
  await shoot(browser, url, well, 'status-phone', { viewport: { width: 390, height: 844 } });
  campus.close();
  await daemon.until('campus to be silent', () => daemon.log.some(({ msg }) => /campus|10\.20/.test(msg)));
  await shoot(browser, url, { ...well, isSilent: true }, 'status-dark', {
    ...{ viewport: { width: 1_280, height: 1_160 }, colorScheme: 'dark' },
  });
}

/** Makes one image, once the page is live and everything on it is as it is to be. */
async function shoot(browser: Browser, url: string, dress: Dress, name: string, options: BrowserContextOptions) {
  const context = await browser.newContext({ reducedMotion: 'reduce', deviceScaleFactor: 1, ...options });
  const page = await context.newPage();
  await page.addInitScript(dressUp, dress);
  await page.goto(url);
  await page.getByText('live 2026-11-27').waitFor();
  await page.locator(dress.isSilent ? '.first.red' : '.first.warning').waitFor();
  await page.getByText('slew: running').first().waitFor();
  await isDressed(page);
  const path = join(IMAGES, `${name}.png`);
  await page.screenshot({ path });
  const { size } = statSync(path);
  if (size > MOST_BYTES) throw new Error(`${path} has ${size} bytes, and ${MOST_BYTES} are enough.`);
  console.log(`wrote docs/images/${name}.png, ${Math.ceil(size / 1_000)} kB`);
  await context.close();
}

async function isDressed(page: Page): Promise<void> {
  const bare = /127\.0\.0\.1:\d+|\/tmp\//.exec(await page.locator('body').innerText());
  if (bare !== null) throw new Error(`The page shows ${bare[0]}.`);
}

try {
  await main();
} finally {
  for (const end of ends.toReversed()) await end();
}
