import type { Alert } from '../../alert/model.ts';
import { normaliseTime } from '../../alert/time.ts';
import type { AlertRow } from '../model.ts';
import { describeAlert, oneLine } from './description.ts';

/** The document itself. */
export interface FeedEnclosure {
  readonly url: string;
  /** Its media type. */
  readonly type: string;
  /** Its bytes, exactly. */
  readonly length: number;
}

/** One alert in a feed. Texts are plain, in one line, and safe to look at; of what strangers wrote, nothing is markup. */
export interface FeedItem {
  /** The identifier that its author gave. */
  readonly title: string;
  /** Its page; also what identifies it, for there is one for different bytes and no other. */
  readonly link: string;
  readonly description: string;
  /** When it was written, or else when it came: ISO 8601, UTC, to the millisecond. */
  readonly date: string;
  readonly categories: readonly string[];
  readonly enclosure: FeedEnclosure;
}

/**
 * @param alert absent when it cannot be read, or has not been
 * @param base what the addresses begin with, as `https://alerts.example.org`, without a slash at the end
 */
export function feedItem(row: AlertRow, alert: Alert | undefined, base: string): FeedItem {
  const link = `${base}/alerts/${row.id}`;
  const categories = [row.role ?? alert?.role, row.stream ?? alert?.stream, row.kind ?? alert?.kind];
  const date = normaliseTime(row.date) ?? normaliseTime(alert?.date) ?? row.receivedAt;
  return {
    title: oneLine(row.ivorn ?? '', 300) || `Document without an identifier ${row.id}`,
    link,
    description: describeAlert(row, alert),
    date: new Date(date).toISOString(),
    categories: categories.flatMap((category) => (category === undefined ? [] : oneLine(category) || [])),
    enclosure: enclosureOf(row, alert, link),
  };
}

function enclosureOf(row: AlertRow, alert: Alert | undefined, link: string): FeedEnclosure {
  const length = row.bytes;
  const format = row.problem === undefined ? (row.format ?? alert?.format) : undefined;
  switch (format) {
    case 'voevent':
      return { url: `${link}.xml`, type: 'application/xml+voevent', length };
    case 'gcn':
    case 'igwn':
      return { url: `${link}.raw`, type: 'application/json', length };
    case undefined:
      return { url: `${link}.raw`, type: 'application/octet-stream', length };
  }
}
