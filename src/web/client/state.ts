import { visible } from '../../common/visible.ts';
import type { AlertRow, DeliveryChange, Status } from '../model.ts';
import type { StatusData } from '../page/status-view.ts';

const MOST_ALERTS = 50;

/** What the daemon tells over `/api/stream`. */
export type News =
  | { readonly type: 'alert'; readonly row: AlertRow }
  /** In place of many single ones: the newest there are, newest first. */
  | { readonly type: 'reset'; readonly alerts: readonly AlertRow[] }
  | { readonly type: 'delivery'; readonly change: DeliveryChange }
  | { readonly type: 'status'; readonly status: Status };

/** What is known after the news. An alert that is told again replaces what was told of it before. */
export function learn(data: StatusData, news: News): StatusData {
  switch (news.type) {
    case 'status':
      return { ...data, status: news.status };
    case 'alert':
      return { ...data, alerts: withAlert(data.alerts, news.row) };
    case 'reset':
      return { ...data, alerts: news.alerts.slice(0, MOST_ALERTS) };
    case 'delivery':
      return { ...data, alerts: data.alerts.map((row) => withDelivery(row, news.change)) };
  }
}

function withAlert(alerts: readonly AlertRow[], row: AlertRow): readonly AlertRow[] {
  const others = alerts.filter(({ seq }) => seq !== row.seq);
  const older = others.findIndex(({ seq }) => seq < row.seq);
  const at = older === -1 ? others.length : older;
  return [...others.slice(0, at), row, ...others.slice(at)].slice(0, MOST_ALERTS);
}

function withDelivery(row: AlertRow, { seq, handler, delivery }: DeliveryChange): AlertRow {
  if (row.seq !== seq) return row;
  const handlers = row.handlers.map((verdict) => (verdict.handler === handler ? { ...verdict, delivery } : verdict));
  return { ...row, handlers };
}

/** What has become red between two statuses, as a sentence; empty when nothing has. */
export function newAlarm(before: Status, after: Status): string {
  const known = new Set(before.concerns.filter(({ level }) => level === 'red').map(({ about }) => about));
  const fresh = after.concerns.filter(({ level, about }) => level === 'red' && !known.has(about));
  return fresh.map(({ about, message }) => visible(`RED: ${about}: ${message}`)).join(' ');
}
