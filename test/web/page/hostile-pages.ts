import type { AlertPage, Status } from '../../../src/web/model.ts';
import { type AlertDetail, alertDetailSchema, alertPageSchema, statusSchema } from '../../../src/web/model.ts';
import { alertPage } from '../../../src/web/page/alert-page.ts';
import { renderDocument } from '../../../src/web/page/document.ts';
import { errorPage } from '../../../src/web/page/error-page.ts';
import { feedsPage } from '../../../src/web/page/feeds-page.ts';
import { listPage } from '../../../src/web/page/list-page.ts';
import { renderStatusDocument } from '../../../src/web/page/status-document.ts';
import { ATTACKS, attacks, filled } from './hostile.ts';

/** Every page with a hostile text in every place; another one in each place with each `first`. */
export function hostilePages(first: number): Record<string, string> {
  const text = attacks(first);
  const status = filled(statusSchema, text) as Status;
  const list = filled(alertPageSchema, text) as AlertPage;
  const detail = filled(alertDetailSchema, text) as AlertDetail;
  const query = { stream: text(), role: text(), source: text(), date: text(), before: text() };
  const choices = { streams: [text(), text()], sources: [text()], roles: [text()] };
  const feeds = ATTACKS.map(() => ({ title: text(), links: [{ format: text(), href: text() }], newestAt: text() }));
  const links = [{ title: text(), type: 'application/atom+xml', href: '/feeds/all.atom' }];
  return {
    status: renderStatusDocument({ status, alerts: list.alerts }, links),
    alert: renderDocument({ title: text(), main: alertPage(detail, { text: text(), language: 'xml', isCut: true }) }),
    list: renderDocument({ title: text(), main: listPage(list, query, choices), head: links }),
    feeds: renderDocument({ title: text(), main: feedsPage(feeds) }),
    error: renderDocument({ title: text(), main: errorPage(404, text(), text()) }),
  };
}
