import type { Alert } from '../../src/plugin/api.ts';
import { decimalPosition } from './position.ts';
import { oneLine } from './text.ts';

/** Where more about an alert can be seen. */
export interface Link {
  readonly name: string;
  readonly url: string;
}

const MOST_REFERENCES = 5;
/** Longer addresses are of no use in a message. */
const LONGEST_URL = 1_000;

/** A map of its place, its page of this daemon (`page`), its sky map, and what the author refers to. */
export function linksOf(alert: Alert, page: string | undefined): Link[] {
  const { ra, dec, errorRadius, skymap, references } = alert;
  const links: Link[] = [];
  if (page !== undefined) links.push({ name: 'Alert', url: page });
  if (ra !== undefined && dec !== undefined) links.push({ name: 'Map', url: mapUrl(ra, dec, errorRadius) });
  for (const url of [skymap?.url].flatMap(webAddress)) links.push({ name: 'Sky map', url });
  for (const { uri, name } of references.slice(0, MOST_REFERENCES)) {
    for (const url of webAddress(uri)) links.push({ name: oneLine(name ?? 'Reference', 60) || 'Reference', url });
  }
  return links;
}

/** Aladin Lite of the CDS, with a field that holds the error circle; degrees in. */
export function mapUrl(ra: number, dec: number, errorRadius: number | undefined): string {
  const fov = Math.min(Math.max(4 * (errorRadius ?? 0), 0.25), 180);
  const target = encodeURIComponent(decimalPosition(ra, dec));
  return `https://aladin.cds.unistra.fr/AladinLite/?target=${target}&fov=${fov.toFixed(2)}`;
}

/** A stranger's address, if it is one that a browser may open; written so that nothing in it ends it early. */
function webAddress(text: string | undefined): string[] {
  const url = text === undefined || text.length > LONGEST_URL ? null : URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return [];
  return [url.href.replace(/[|<>"'\s]/g, (character) => encodeURIComponent(character))];
}
