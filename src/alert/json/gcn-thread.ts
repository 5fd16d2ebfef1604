import { missionName, slug } from '../missions.ts';
import type { Citation } from '../model.ts';
import { present } from '../present.ts';
import { designationKey, eventKey, isDesignation, supereventIn } from '../thread.ts';
import { isObject, type JsonObject, namesIn, namesOf, textIn } from './fields.ts';
import { onlyTarget } from './gcn-position.ts';

/** Each becomes a row in the journal, so that an alert may not have as many as it likes. */
const MOST_KEYS = 32;

/**
 * The names by which a notice or circular knows its event, strongest first; perhaps none.
 *
 * @param owner whose numbers the ids are: the mission, else the stream
 */
export function gcnThreadKeys(document: JsonObject, owner: string, test: boolean): string[] {
  const ids = namesIn(document, 'id');
  const names = eventNames(document);
  const dated = [...names, ...namesIn(document, 'eventId')].flatMap((name) => nameKeys(name, test));
  // The name of a source alone would make one thread of all its flares, unless nothing tells them apart.
  const sources = ids.length > 0 ? [] : names.filter((name) => !isDesignation(name));
  const referred = references(document).flatMap(({ name, instrument }) => referenceKeys(name, instrument, test));
  const keysOf = (owned: readonly string[]): string[] => owned.map((name) => eventKey(owner, name, test));
  return [...new Set([...keysOf(ids), ...dated, ...keysOf(sources), ...referred])].slice(0, MOST_KEYS);
}

/**
 * What the alert refers to, as citations. What a target was matched with is cited too, but names no thread: many a
 * transient lies in the region of one superevent.
 */
export function readGcnCitations(document: JsonObject): Citation[] {
  const matches = onlyTarget(document)?.gcn_crossmatch;
  const referrers = [document, ...(Array.isArray(matches) ? matches.filter(isObject) : [])];
  return referrers
    .flatMap(references)
    .map(({ name, description }) => present({ ivorn: name, cite: 'followup' as const, description }));
}

/** Names of the event that the author gives, or of the one target. */
export function eventNames(document: JsonObject): string[] {
  return [...namesIn(document, 'event_name'), ...namesIn(onlyTarget(document), 'event_name')];
}

interface EventReference {
  readonly name: string;
  readonly instrument?: string;
  readonly description?: string;
}

function references(referrer: JsonObject): EventReference[] {
  const instrument = textIn(referrer, 'ref_instrument');
  const described = [textIn(referrer, 'ref_type'), instrument].filter((part) => part !== undefined).join(' ');
  const type = textIn(referrer, 'follow_up_type');
  return [
    ...namesIn(referrer, 'ref_ID').map((name) => present({ name, instrument, description: described || undefined })),
    ...namesIn(referrer, 'follow_up_event').map((name) => present({ name, description: type })),
    ...documentReferences(referrer.reference),
  ];
}

/** `{"gcn.notices.LVK.alert": "S230914ak-2-Preliminary"}`: the place where it was published, and the name there. */
function documentReferences(reference: unknown): EventReference[] {
  if (!isObject(reference)) return namesOf(reference).map((name) => ({ name }));
  return Object.entries(reference).flatMap(([description, value]) =>
    namesOf(value).map((name) => ({ name, description })),
  );
}

/** Superevents of the document's references: what is said of a mock one is a test. */
export function referredSuperevents(document: JsonObject): string[] {
  return references(document).flatMap(({ name }) => supereventIn(name) ?? []);
}

function nameKeys(name: string, test: boolean): string[] {
  const superevent = supereventIn(name);
  if (superevent !== undefined) return [eventKey('LVK', superevent, test), designationKey(superevent, test)];
  return isDesignation(name) ? [designationKey(name, test)] : [];
}

function referenceKeys(name: string, instrument: string | undefined, test: boolean): string[] {
  const numbered = /^(\S+(?: \S+)??)\s+(?:trigger\s+)?#?((?:bn)?\d+)$/i.exec(name);
  const [, mission = '', id = ''] = numbered ?? [];
  // Swift's old trigger numbers have six digits, like a date; so do GRBs, but no mission is called GRB.
  if (isMission(mission)) return [eventKey(missionName(mission), id, test)];
  const keys = nameKeys(name, test);
  if (keys.length > 0) return keys;
  if (numbered !== null) return [eventKey(mission, id, test)];
  return instrument === undefined ? [] : [eventKey(missionOf(instrument), name, test)];
}

/** The mission of `Fermi-GBM`, `Swift/BAT` or `Einstein Probe WXT`. */
function missionOf(instrument: string): string {
  const parts = instrument.split(/[\s/-]+/);
  const longest = parts.map((_, index) => parts.slice(0, parts.length - index).join(' ')).find(isMission);
  return missionName(longest ?? parts[0] ?? instrument);
}

/** missionName gives a name that it does not know back as it is; those it knows have capitals. */
function isMission(name: string): boolean {
  return missionName(slug(name)) !== slug(name);
}
