import { slug } from './missions.ts';

/**
 * Threads: all alerts about one event share a key. An alert has several names for its event: the mission's number for
 * it, the identifiers it cites, its own identifier. Two alerts with a name in common are about the same event; the
 * journal joins them in whatever order they come (threads.ts). Without a journal, the first name has to do.
 */

/** A mission's number for an event. Tests have threads of their own: a test must not touch a real event's. */
export function eventKey(mission: string, id: string, test: boolean): string {
  return `${test ? 'test:' : ''}${slug(mission)}:${id.trim()}`;
}

/** An event's designation that all missions share, as `GRB 230220A`. */
export function designationKey(name: string, test: boolean): string {
  return `${test ? 'test:' : ''}event:${name.replace(/\s+/g, '').toLowerCase()}`;
}

/** An identifier, of the alert itself or one that it cites. What stands before `?` or `#` knows no case (IVOA Identifiers 2.0 §2.3). */
export function ivornKey(ivorn: string, test: boolean): string {
  const local = ivorn.search(/[?#]/);
  const written = local === -1 ? ivorn.toLowerCase() : ivorn.slice(0, local).toLowerCase() + ivorn.slice(local);
  return `${test ? 'test:' : ''}${written}`;
}

/** As `GRB 230220A`, `FRB 20231013B`, `IceCube-230416A`: a word, the date of the event, perhaps a letter or two. */
const DATED =
  /^[A-Za-z][A-Za-z0-9]{0,15}[ -]?(?:\d{2}|(?:19|20)\d{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[A-Za-z]{0,3}$/;
/** As `AT2017gfo`, `SN 2009lw`, `Gaia16aac`: a word, the year of the event, letters. */
const NUMBERED = /^[A-Za-z]{1,10}[ -]?(?:\d{2}|(?:19|20)\d{2})[a-z]{2,7}$/;

/**
 * Whether a name is that of an event, and not of a source that may flare again (`OQ 334`, `Swift J1858.6-0814`,
 * `SGR 1935+2154`): designations bear the date or year of their event, and no coordinates.
 */
export function isDesignation(name: string): boolean {
  const written = name.trim();
  return DATED.test(written) || NUMBERED.test(written);
}

/** A superevent of LIGO, Virgo and KAGRA, real, mock or test: `S190425z`, `MS181101ab`, `TS…`; also inside `S230914ak-2-Preliminary`. */
export function supereventIn(text: string): string | undefined {
  return /(?:^|[^A-Za-z0-9])([MT]?S\d{6}[a-z]{1,4})(?![A-Za-z0-9])/.exec(text.slice(0, 200))?.[1];
}

/** LIGO names mock superevents M…, tests T…. */
export function isMockSuperevent(id: string): boolean {
  return /^[MT]S?\d{6}/.test(id.trim());
}
