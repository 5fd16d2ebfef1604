import { DecodeError } from '../decode-error.ts';
import type { Decoded } from '../decoded.ts';
import { missionName } from '../missions.ts';
import type { Alert, Author, Kind, Reception, Role, Skymap } from '../model.ts';
import { present } from '../present.ts';
import { eventKey, isMockSuperevent } from '../thread.ts';
import { normaliseTime } from '../time.ts';
import {
  booleanIn,
  isTestStream,
  isWebAddress,
  type JsonObject,
  namesIn,
  numberIn,
  objectIn,
  positiveIn,
  probabilitiesIn,
  textIn,
} from './fields.ts';
import { readGcnPosition } from './gcn-position.ts';
import { eventNames, gcnThreadKeys, readGcnCitations, referredSuperevents } from './gcn-thread.ts';
import { readParams, readReferences } from './params.ts';

/** Fields of the unified schema's core, and those that every circular has. */
const FIELDS = [
  ...['alert_datetime', 'alert_tense', 'alert_type', 'event_name', 'id', 'data_archive_page', 'trigger_time'],
  ...['observation_start', 'observation_stop', 'ra', 'dec', 'ra_dec_error', 'healpix_url', 'healpix_file', 'mission'],
  ...['instrument', 'record_number', 'messenger', 'follow_up_event', 'ref_ID', 'far', 'p_astro', 'classification'],
  ...['circularId', 'eventId', 'subject'],
];

/** No schema's address comes near it; the patterns below are slow on a long one. */
const LONGEST_ADDRESS = 500;

/**
 * The alert in a document of NASA GCN's unified schema: a notice (`gcn.notices.…`) or a circular.
 *
 * @param id key of the alert's bytes
 * @throws DecodeError when no field of the unified schema is in it
 */
export function gcnToAlert(document: JsonObject, id: string, reception: Reception): Decoded {
  const schema = textIn(document, '$schema')?.slice(0, LONGEST_ADDRESS) ?? '';
  const topic = topicOf(schema);
  if (topic === undefined && !FIELDS.some((field) => Object.hasOwn(document, field))) {
    throw new DecodeError('It has no field of GCN’s unified schema');
  }
  const stream = reception.topic ?? topic ?? streamOf(document);
  const role = readRole(document);
  const test =
    role === 'test' || [topic, stream].some(isTestStream) || referredSuperevents(document).some(isMockSuperevent);
  const mission = readMission(document, [topic, stream]);
  const owner = mission ?? stream;
  const instruments = namesIn(document, 'instrument');
  const ivorn = nameOf(document) ?? id;
  const keys = gcnThreadKeys(document, owner, test);
  const threadKeys = keys.length > 0 ? keys : [eventKey(owner, ivorn, test)];
  const { params, groups } = readParams(document);
  const start = normaliseTime(textIn(document, 'observation_start'));
  const alert: Alert = present({
    id,
    ivorn,
    format: 'gcn' as const,
    version: /\/schema\/(?:v(?=\d))?([^/]+)\//.exec(schema)?.[1] ?? '',
    role,
    test,
    kind: readKind(document),
    thread: threadKeys[0] ?? ivorn,
    stream,
    local: ivorn,
    mission,
    instruments,
    author: readAuthor(document, mission, instruments),
    date: normaliseTime(textIn(document, 'alert_datetime')) ?? millisecondsIn(document, 'createdOn'),
    time: normaliseTime(textIn(document, 'trigger_time')) ?? start,
    timeStart: start,
    timeStop: normaliseTime(textIn(document, 'observation_stop')),
    ...readGcnPosition(document),
    skymap: readSkymap(document),
    params,
    groups,
    tables: [],
    citations: readGcnCitations(document),
    importance: numberIn(document, 'importance'),
    inferences: [],
    significance: highest(['rate_snr', 'image_snr', 'snr'].map((name) => numberIn(document, name))),
    significant: booleanIn(document, 'significant'),
    far: positiveIn(document, 'far'),
    classification: probabilitiesIn(document, 'classification'),
    properties: probabilitiesIn(document, 'properties'),
    references: readReferences(document),
    description: ['description', 'additional_info', 'update_message', 'subject']
      .map((name) => textIn(document, name))
      .find((text) => text !== undefined),
    source: reception.source,
    receivedAt: reception.receivedAt,
    raw: document,
  });
  return { alert: Object.freeze(alert), threadKeys };
}

/** `https://gcn.nasa.gov/schema/v7.2.3/gcn/notices/fermi/gbm/trigger.schema.json` → `gcn.notices.fermi.gbm.trigger`. */
function topicOf(schema: string): string | undefined {
  const path = /\/(gcn\/(?:notices\/[^?#]+|circulars))\.schema\.json/.exec(schema)?.[1];
  return path?.replaceAll('/', '.').toLowerCase();
}

function streamOf(document: JsonObject): string {
  if (Object.hasOwn(document, 'circularId')) return 'gcn.circulars';
  const names = [namesIn(document, 'mission')[0], namesIn(document, 'instrument')[0]].filter(
    (name) => name !== undefined,
  );
  return ['gcn.notices', ...names.map((name) => name.toLowerCase().replace(/[^a-z0-9]+/g, '_'))].join('.');
}

/** Folders of the schema that are no mission: what all missions share. */
const SHARED = new Set(['core', 'neutrino']);

function readMission(document: JsonObject, topics: readonly (string | undefined)[]): string | undefined {
  const folders = topics.map((topic) => /^gcn\.notices\.([^.]+)\./.exec(topic ?? '')?.[1]);
  const written =
    namesIn(document, 'mission')[0] ?? folders.find((folder) => folder !== undefined && !SHARED.has(folder));
  return written === undefined ? undefined : missionName(written);
}

const ROLE_OF_TENSE: ReadonlyMap<string, Role> = new Map([
  ['current', 'observation'],
  ['archival', 'observation'],
  ['planned', 'prediction'],
  ['commanded', 'utility'],
]);

/** Injection and test are tests; and so is a tense that nobody knows, for it must not move a telescope. */
function readRole(document: JsonObject): Role {
  const tense = textIn(document, 'alert_tense')?.toLowerCase();
  return tense === undefined ? 'observation' : (ROLE_OF_TENSE.get(tense) ?? 'test');
}

/** `subsequent` is a further burst of the same source: an event of its own. */
function readKind(document: JsonObject): Kind {
  const type = textIn(document, 'alert_type')?.toLowerCase();
  return type === 'update' || type === 'retraction' ? type : 'new';
}

/** The author's own name for the alert. The schema asks for none, so missions give different ones. */
function nameOf(document: JsonObject): string | undefined {
  return [
    ...namesIn(document, 'circularId'),
    ...namesIn(document, 'id'),
    ...namesIn(document, 'event_name'),
    ...namesIn(document, 'ref_ID'),
    ...namesIn(document, 'obs_id'),
    ...eventNames(document),
  ][0];
}

/** A circular's submitter is written `A. E. Einstein at IAS <albert.einstein@example.edu>`. */
function readAuthor(document: JsonObject, mission: string | undefined, instruments: string[]): Author | undefined {
  const submitter = textIn(document, 'submitter');
  const [, person = submitter, address] = /^([^<>]*[^<>\s])\s*<([^<>\s]+)>$/.exec(submitter?.slice(0, 500) ?? '') ?? [];
  const name = person ?? ([mission, ...instruments].filter((part) => part !== undefined).join(' ') || undefined);
  const author = present({ name, email: textIn(document, 'email') ?? address });
  return Object.keys(author).length === 0 ? undefined : author;
}

/** Milliseconds since 1970, as circulars have them. */
function millisecondsIn(document: JsonObject, key: string): string | undefined {
  const instant = new Date(numberIn(document, key) ?? Number.NaN);
  return Number.isNaN(instant.getTime()) ? undefined : normaliseTime(instant.toISOString());
}

function readSkymap(document: JsonObject): Skymap | undefined {
  const holders = [document, objectIn(document, 'localization')];
  const url = holders.map((object) => object?.healpix_url).find(isWebAddress);
  const place = holders.findIndex((object) => textIn(object, 'healpix_file') !== undefined);
  const field = ['healpix_file', 'localization.healpix_file'][place];
  const skymap: Skymap = {
    ...(url !== undefined && { url }),
    ...(field !== undefined && { embedded: true as const, field }),
  };
  return Object.keys(skymap).length === 0 ? undefined : skymap;
}

function highest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
