import {
  type Alert,
  type Author,
  CITE_KINDS,
  type Citation,
  type CiteKind,
  type Kind,
  type Param,
  ROLES,
  type Role,
} from './model.ts';
import { readPosition } from './position.ts';
import { normaliseTime } from './time.ts';
import { attributeOf, childOf, childrenOf, descend, textAt, type XmlElement } from './xml.ts';

/** Where an alert came from: what the packet itself cannot say. */
export interface Reception {
  readonly id: string;
  readonly source: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
}

/** Builds the alert from the root of a VOEvent 1.0–2.1. The ivorn is required; everything else may be missing. */
export function voeventToAlert(root: XmlElement, ivorn: string, reception: Reception): Alert {
  const params = readParams(childOf(root, 'What'));
  const written = attributeOf(root, 'role');
  const role = readRole(written);
  const citations = readCitations(childOf(root, 'Citations'));
  const whereWhen = childOf(root, 'WhereWhen');
  const author = readAuthor(childOf(root, 'Who'));
  const why = childOf(root, 'Why');
  return Object.freeze({
    id: reception.id,
    ivorn,
    format: 'voevent' as const,
    version: attributeOf(root, 'version') ?? versionOfNamespace(root),
    role,
    test: role === 'test' || isMarkedAsTest(params),
    kind: readKind(citations, params),
    ...splitIvorn(ivorn),
    ...optional('author', author),
    ...optional('date', normaliseTime(textAt(root, 'Who', 'Date'))),
    ...optional('time', readEventTime(whereWhen)),
    ...readPosition(whereWhen, params.find((param) => param.name === 'RADec_valid')?.value),
    params,
    citations,
    ...optional('importance', readNumber(attributeOf(why, 'importance'))),
    ...optional('description', textAt(root, 'Description') ?? textAt(root, 'What', 'Description')),
    source: reception.source,
    receivedAt: reception.receivedAt,
  });
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value });
}

/** VOEvent 2.0 §3.1.3: observation when absent. A role nobody knows must not move a telescope, so it is a test. */
function readRole(written: string | undefined): Role {
  if (written === undefined) return 'observation';
  return ROLES.find((role) => role === written.toLowerCase()) ?? 'test';
}

const TEST_FLAGS = new Set(['Test', 'Test_Submission', 'InternalTest', 'Test_Notice']);
const SUPEREVENT_NAMES = new Set(['GraceID', 'superevent_id']);

/** Missions that keep role="observation" on a test say so in a Param; LIGO names mock superevents M…, tests T…. */
function isMarkedAsTest(params: readonly Param[]): boolean {
  return params.some(
    ({ name, value }) =>
      (TEST_FLAGS.has(name) && /^(true|1|yes)$/i.test(value.trim())) ||
      (SUPEREVENT_NAMES.has(name) && /^[MT]S?\d{6}/.test(value.trim())),
  );
}

function readKind(citations: readonly Citation[], params: readonly Param[]): Kind {
  const alertType = params.find((param) => param.name === 'AlertType')?.value.toLowerCase();
  if (alertType === 'retraction' || citations.some((citation) => citation.cite === 'retraction')) return 'retraction';
  if (alertType === 'update' || citations.some((citation) => citation.cite === 'supersedes')) return 'update';
  return 'new';
}

/** IVOA Identifiers 2.0: `ivo://authority/path#local`; VOEvent 2.1 prefers `?local`. */
function splitIvorn(ivorn: string): { stream: string; local: string } {
  const bare = ivorn.replace(/^ivo:\/\//i, '');
  const hash = bare.indexOf('#');
  const cut = hash === -1 ? bare.indexOf('?') : hash;
  return cut === -1 ? { stream: bare, local: '' } : { stream: bare.slice(0, cut), local: bare.slice(cut + 1) };
}

function versionOfNamespace(root: XmlElement): string {
  for (const [name, value] of Object.entries(root.attributes)) {
    const version = /VOEvent\/v(\d+\.\d+)/.exec(value)?.[1];
    if (version !== undefined && name !== 'schemaLocation') return version;
  }
  return '';
}

function readParams(what: XmlElement | undefined, group?: string): Param[] {
  const params: Param[] = [];
  for (const child of what?.children ?? []) {
    if (child.name === 'Param') params.push(readParam(child, group));
    else if (child.name === 'Group') params.push(...readParams(child, attributeOf(child, 'name') ?? ''));
  }
  return params;
}

function readParam(element: XmlElement, group: string | undefined): Param {
  return {
    name: attributeOf(element, 'name') ?? '',
    value: element.attributes.value?.trim() ?? childOf(element, 'Value')?.text ?? '',
    // VOEvent 1.0 wrote `units`.
    ...optional('unit', attributeOf(element, 'unit') ?? attributeOf(element, 'units')),
    ...optional('ucd', attributeOf(element, 'ucd')),
    ...optional('dataType', attributeOf(element, 'dataType')),
    ...optional('group', group),
  };
}

function readCitations(element: XmlElement | undefined): Citation[] {
  return childrenOf(element, 'EventIVORN').flatMap((cited): Citation[] => {
    const cite = CITE_KINDS.find((kind): kind is CiteKind => kind === attributeOf(cited, 'cite')?.toLowerCase());
    return cited.text === '' ? [] : [{ ivorn: cited.text, cite: cite ?? 'followup' }];
  });
}

function readAuthor(who: XmlElement | undefined): Author | undefined {
  const person = childOf(who, 'Author');
  const author: Author = {
    ...optional('ivorn', textAt(who, 'AuthorIVORN')),
    ...optional('name', textAt(person, 'shortName') ?? textAt(person, 'title')),
    ...optional('contact', textAt(person, 'contactName')),
    ...optional('email', textAt(person, 'contactEmail')),
  };
  return Object.keys(author).length === 0 ? undefined : author;
}

function readEventTime(whereWhen: XmlElement | undefined): string | undefined {
  const time = descend(whereWhen, 'ObsDataLocation', 'ObservationLocation', 'AstroCoords', 'Time');
  const interval = childOf(time, 'TimeInterval');
  return normaliseTime(
    textAt(time, 'TimeInstant', 'ISOTime') ??
      textAt(interval, 'ISOTimeStart') ??
      textAt(interval, 'StartTime', 'ISOTime') ??
      textAt(interval, 'ISOTime'),
  );
}

function readNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
