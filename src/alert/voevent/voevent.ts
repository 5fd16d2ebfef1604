import type { Decoded } from '../decoded.ts';
import { missionName } from '../missions.ts';
import { CITE_KINDS, type Citation, type CiteKind, type Kind, type Reception, ROLES, type Role } from '../model.ts';
import { present } from '../present.ts';
import { eventKey, ivornKey } from '../thread.ts';
import { attributeOf, childOf, textAt, type XmlElement } from '../xml/xml.ts';
import { type Claims, readClaims } from './claims.ts';
import { readInstruments, readReferences } from './how.ts';
import { readWhat } from './what.ts';
import { readEventTime } from './when.ts';
import { readWhere } from './where.ts';
import { readAuthor, readDate } from './who.ts';
import { readWhy } from './why.ts';

/** What a VOEvent is, besides its elements. */
export interface VOEventDocument {
  readonly id: string;
  readonly ivorn: string;
  readonly root: XmlElement;
  /** The whole document. */
  readonly text: string;
}

/** Builds the alert from a VOEvent 1.0–2.1. The ivorn is required; everything else may be missing. */
export function voeventToAlert({ id, ivorn, root, text }: VOEventDocument, reception: Reception): Decoded {
  const { params, groups, tables } = readWhat(childOf(root, 'What'));
  const claims = readClaims(params, groups);
  const role = readRole(attributeOf(root, 'role'));
  const test = role === 'test' || claims.isTest;
  const citations = readCitations(childOf(root, 'Citations'));
  const whereWhen = childOf(root, 'WhereWhen');
  const { position, retracted } = readWhere(whereWhen, claims.hasNoPosition);
  const names = splitIvorn(ivorn);
  const mission = missionOf(names);
  const threadKeys = readThreadKeys(claims, ivorn, citations, mission ?? names.stream, test);
  const why = readWhy(childOf(root, 'Why'));
  const when = readEventTime(whereWhen);
  const alert = present({
    id,
    ivorn,
    format: 'voevent' as const,
    version: attributeOf(root, 'version') ?? versionOfNamespace(root),
    role,
    test,
    kind: readKind(citations, claims, retracted),
    thread: threadKeys[0] ?? ivorn,
    stream: names.stream,
    local: names.local,
    mission,
    instruments: [...new Set([...claims.instruments, ...readInstruments(childOf(root, 'How'))])],
    author: readAuthor(root),
    date: readDate(root),
    time: when.time,
    timeStart: when.timeStart,
    timeStop: when.timeStop,
    ra: position.ra,
    dec: position.dec,
    errorRadius: position.errorRadius,
    error2: position.error2,
    system: position.system,
    positionName: position.positionName,
    skymap: claims.skymap,
    params,
    groups,
    tables,
    citations,
    importance: why.importance,
    expires: why.expires,
    inferences: why.inferences,
    significance: claims.significance,
    significant: claims.significant,
    far: claims.far,
    classification: claims.classification,
    properties: claims.properties,
    references: readReferences(root),
    description: textAt(root, 'Description') ?? textAt(root, 'What', 'Description'),
    source: reception.source,
    receivedAt: reception.receivedAt,
    raw: text,
  });
  return { alert: Object.freeze(alert), threadKeys };
}

/** VOEvent 2.0 §3.1.3: observation when absent. A role nobody knows must not move a telescope, so it is a test. */
function readRole(written: string | undefined): Role {
  if (written === undefined) return 'observation';
  return ROLES.find((role) => role === written.toLowerCase()) ?? 'test';
}

function readKind(citations: readonly Citation[], claims: Claims, positionRetracted: boolean): Kind {
  const cites = (cite: CiteKind): boolean => citations.some((citation) => citation.cite === cite);
  if (claims.kind === 'retraction' || cites('retraction') || positionRetracted) return 'retraction';
  return claims.kind === 'update' || cites('supersedes') ? 'update' : 'new';
}

/** IVOA Identifiers 2.0: `ivo://authority/path#local`; VOEvent 2.1 prefers `?local`. */
function splitIvorn(ivorn: string): { stream: string; local: string } {
  const bare = ivorn.replace(/^ivo:\/\//i, '');
  const hash = bare.indexOf('#');
  const cut = hash === -1 ? bare.indexOf('?') : hash;
  return cut === -1 ? { stream: bare, local: '' } : { stream: bare.slice(0, cut), local: bare.slice(cut + 1) };
}

/** Streams of one mission, other than GCN's. */
const STREAM_MISSIONS: readonly (readonly [RegExp, string])[] = [
  [/^(?:gwnet\/|nasa\.gsfc\.gcn\/)(?:LVC|LVK|LIGO)/i, 'LVK'],
  [/^org\.svom(?:\/|$)/i, 'SVOM'],
  [/^ca\.chimenet\.frb(?:\/|$)/i, 'CHIME'],
  [/^gaia\.cam\.uk(?:\/|$)/i, 'Gaia'],
];

function missionOf({ stream, local }: { stream: string; local: string }): string | undefined {
  const own = STREAM_MISSIONS.find(([pattern]) => pattern.test(stream));
  if (own !== undefined) return own[1];
  const gcn = /^nasa\.gsfc\.gcn\/([^/]+)/i.exec(stream)?.[1];
  // AMON relays for others, and names them in the local part.
  if (gcn?.toUpperCase() === 'AMON' && /^ICECUBE/i.test(local)) return missionName('IceCube');
  return gcn === undefined ? undefined : missionName(gcn);
}

function versionOfNamespace(root: XmlElement): string {
  for (const [name, value] of Object.entries(root.attributes)) {
    if (!name.startsWith('xmlns')) continue;
    const version = /VOEvent\/v(\d+\.\d+)/.exec(value ?? '')?.[1];
    if (version !== undefined) return version;
  }
  return '';
}

/** Words for a citation that no standard has, but senders use. */
const CITE_WORDS: readonly (readonly [RegExp, CiteKind])[] = [
  [/^super[cs]e[dt]/, 'supersedes'],
  [/^retract/, 'retraction'],
];

/** VOEvent 2.0 §3.8; 1.0 wrote `EventID`. There is one description for all of them. */
function readCitations(element: XmlElement | undefined): Citation[] {
  const description = textAt(element, 'Description');
  return (element?.children ?? []).flatMap((cited): Citation[] => {
    if ((cited.name !== 'EventIVORN' && cited.name !== 'EventID') || cited.text === '') return [];
    const word = attributeOf(cited, 'cite')?.toLowerCase() ?? '';
    const known = CITE_KINDS.find((kind) => kind === word);
    const cite = known ?? CITE_WORDS.find(([odd]) => odd.test(word))?.[1] ?? 'followup';
    return [present({ ivorn: cited.text, cite, description })];
  });
}

/** Strongest first: numbers that other formats know too, then what it cites, then its own identifier. */
function readThreadKeys(
  claims: Claims,
  ivorn: string,
  citations: readonly Citation[],
  mission: string,
  test: boolean,
): string[] {
  const keys = [
    ...(claims.superevent === undefined ? [] : [eventKey('LVK', claims.superevent, test)]),
    ...claims.eventIds.map((id) => eventKey(mission, id, test)),
    ...citations.map((citation) => ivornKey(citation.ivorn, test)),
    ivornKey(ivorn, test),
  ];
  return [...new Set(keys)];
}
