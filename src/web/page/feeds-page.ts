import { h, type JSX } from 'preact';
import { visible } from '../../common/visible.ts';
import { shown } from './text.ts';
import { shownTime } from './time.ts';

/** A feed in all its formats. */
export interface FeedListing {
  readonly title: string;
  readonly links: readonly { readonly format: string; readonly href: string }[];
  /** When its newest alert came. */
  readonly newestAt?: string;
}

/** Every feed there is. */
export function feedsPage(feeds: readonly FeedListing[]): JSX.Element[] {
  const intro = 'Each feed holds the newest alerts; a feed reader finds out by itself when there are new ones.';
  return [
    h('h1', null, 'Feeds'),
    h('p', { class: 'lead' }, intro),
    feeds.length === 0 ? h('p', { class: 'none' }, 'No feeds.') : h('ul', { class: 'feeds' }, feeds.map(feedItem)),
  ];
}

function feedItem({ title, links, newestAt }: FeedListing, index: number): JSX.Element {
  const formats = links.map(({ format, href }) =>
    h('a', { key: href, href: localHref(href), 'aria-label': visible(`${format}: ${title}`, 200) }, shown(format)),
  );
  return h(
    'li',
    { key: index },
    h('span', { class: 'title' }, shown(title)),
    h('span', { class: 'formats' }, formats),
    newestAt === undefined ? h('small', null, 'no alerts yet') : h('small', null, 'newest ', shownTime(newestAt)),
  );
}

/** Our own addresses are paths; anything else leads nowhere. */
function localHref(href: string): string | undefined {
  return /^\/(?![/\\])/.test(href) ? href : undefined;
}
