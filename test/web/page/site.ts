import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webAssets } from '../../../src/web/assets.ts';
import type { AlertRow, Status } from '../../../src/web/model.ts';
import { alertPage } from '../../../src/web/page/alert-page.ts';
import { renderDocument } from '../../../src/web/page/document.ts';
import { errorPage } from '../../../src/web/page/error-page.ts';
import { feedsPage } from '../../../src/web/page/feeds-page.ts';
import { listPage } from '../../../src/web/page/list-page.ts';
import { renderStatusDocument } from '../../../src/web/page/status-document.ts';
import { ALERTS, CHOICES, DETAIL, FEED_LINKS, FEEDS, PAGE, PRETTY, QUERY, QUIET, STATUS } from './samples.ts';

/** The policy of the real server. */
export const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Every kind of page, made from the samples. */
export function samplePages(status: Status = STATUS, alerts: readonly AlertRow[] = ALERTS): Record<string, string> {
  return {
    '/': renderStatusDocument({ status, alerts }, FEED_LINKS),
    '/quiet': renderStatusDocument({ status: QUIET, alerts: [] }),
    '/alerts': renderDocument({
      title: 'Alerts',
      main: listPage(PAGE, QUERY, CHOICES),
      current: '/alerts',
      head: FEED_LINKS,
    }),
    '/alerts/one': renderDocument({ title: DETAIL.ivorn ?? '', main: alertPage(DETAIL, PRETTY), current: '/alerts' }),
    '/feeds': renderDocument({ title: 'Feeds', main: feedsPage(FEEDS), current: '/feeds' }),
    '/nowhere': renderDocument({ title: 'Not found', main: errorPage(404, 'Not found', 'There is no such page.') }),
  };
}

/** A server of nothing but pages, assets and a stream that the test writes to. */
export class Site {
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #streams = new Set<ServerResponse>();
  readonly #assets = webAssets();
  pages: Record<string, string> = samplePages();
  status: Status = STATUS;
  alerts: readonly AlertRow[] = ALERTS;
  /** What the stream and the API answer instead of 200, where they do. */
  apiCode = 200;
  /** How often it answered so. */
  refusals = 0;

  static async listen(): Promise<Site> {
    const site = new Site();
    site.#server.listen(0, '127.0.0.1');
    await once(site.#server, 'listening');
    return site;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get streams(): number {
    return this.#streams.size;
  }

  send(event: string, data: unknown, id?: number): void {
    const text = `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const stream of this.#streams) stream.write(text);
  }

  cut(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer({ url = '/' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(url, 'http://localhost');
    response.setHeader('content-security-policy', CSP);
    const page = this.pages[pathname];
    if (page !== undefined) {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(page);
      return;
    }
    if (pathname.startsWith('/api/')) {
      this.#answerApi(pathname, response);
      return;
    }
    const asset = Object.entries(await this.#assets).find(([name]) => pathname === `/assets/${name}`)?.[1];
    response.statusCode = asset === undefined ? 404 : 200;
    response.setHeader('content-type', asset?.type ?? 'text/plain').end(asset?.body);
  }

  #answerApi(pathname: string, response: ServerResponse): void {
    response.statusCode = this.apiCode;
    if (this.apiCode !== 200) {
      this.refusals += 1;
      response.end();
    } else if (pathname === '/api/stream') {
      this.#streams.add(response);
      response.on('close', () => this.#streams.delete(response));
      response.setHeader('content-type', 'text/event-stream');
      response.write('retry: 200\n\n');
    } else {
      const answer = pathname === '/api/status' ? this.status : { alerts: this.alerts };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    }
  }
}
