import { concerns } from './concerns.ts';
import { type FeedLink, renderDocument } from './document.ts';
import { levelTitle } from './mark.ts';
import { statusPage } from './status-page.ts';
import type { StatusData, StatusView } from './status-view.ts';

/** The status page as HTML: a snapshot, which the script takes over. */
export function renderStatusDocument(data: StatusData, feeds: readonly FeedLink[] = []): string {
  const now = Date.parse(data.status.now);
  const view: StatusView = { ...data, link: { state: 'snapshot' }, now, news: '', alarm: '' };
  return renderDocument({
    title: levelTitle(data.status.level),
    first: concerns(view),
    main: statusPage(view),
    current: '/',
    head: feeds,
    script: true,
    data,
  });
}
