import { randomBytes } from 'node:crypto';
import type { CiteKind } from '../alert/model.ts';
import { present } from '../alert/present.ts';
import { UserError } from '../common/errors.ts';
import type { ComposeFlags, ParamFlag } from './compose-options.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An earlier alert that a flag cites. */
export interface Cited {
  readonly ivorn: string;
  readonly cite: CiteKind;
}

/** The draft with what the flags say; not yet checked. */
export function withFlags(draft: Fields, flags: ComposeFlags, cited: readonly Cited[], now: Date): Fields {
  const { probability, name, concept, authorIvorn, authorName, contactName, contactEmail } = flags;
  const inference = present({ probability, name, concept });
  const author = present({ ivorn: authorIvorn, name: authorName, contact: contactName, email: contactEmail });
  const { role, date, time, ra, dec, description, importance } = flags;
  const references = (flags.reference ?? []).map((uri) => ({ uri }));
  return {
    date: now.toISOString(),
    ...draft,
    ...present({ ivorn: ivornOf(draft, flags, now), role, date, time, ra, dec, errorRadius: flags.error }),
    ...(Object.keys(author).length === 0 ? {} : { author: { ...asMap(draft.author), ...author } }),
    ...withParams(draft, flags.param ?? []),
    ...present({ description, importance }),
    ...added(draft, 'inferences', Object.keys(inference).length === 0 ? [] : [inference]),
    ...added(draft, 'references', references),
    ...added(draft, 'citations', cited),
  };
}

/** The identifier that the flags make; undefined where the draft's own stands. */
function ivornOf(draft: Fields, flags: ComposeFlags, now: Date): string | undefined {
  const { ivorn, stream, local, formatVersion } = flags;
  if (ivorn !== undefined) {
    if (stream === undefined && local === undefined) return ivorn;
    throw new UserError('compose.name', 'Cannot name the alert: give --ivorn, or --stream and --local, not both.');
  }
  if (stream === undefined && local === undefined) {
    if (draft.ivorn !== undefined) return undefined;
    throw new UserError('compose.name', 'Cannot name the alert: give --stream, as org.example/survey, or --ivorn.');
  }
  const ofDraft = typeof draft.ivorn === 'string' ? draft.ivorn.replace(/[?#].*$/s, '') : undefined;
  const base = stream === undefined ? ofDraft : `ivo://${stream.replace(/^ivo:\/\//i, '')}`;
  if (base === undefined) {
    throw new UserError('compose.name', 'Cannot name the alert: --local needs --stream, as org.example/survey.');
  }
  // VOEvent 2.1 prefers the query; older readers know the fragment only.
  return `${base}${formatVersion === '2.1' ? '?' : '#'}${local ?? localName(now)}`;
}

/** Of letters and digits, so that it can name a file too; no two calls give the same. */
function localName(now: Date): string {
  return `${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z-${randomBytes(6).toString('hex')}`;
}

function added(draft: Fields, key: string, items: readonly unknown[]): Fields {
  if (items.length === 0) return {};
  const before = draft[key] ?? [];
  // What is no list is the schema's to refuse.
  return Array.isArray(before) ? { [key]: [...before, ...items] } : {};
}

/** The draft's Params with those of the flags; one of the same name and group keeps what the flag does not say. */
function withParams(draft: Fields, flags: readonly ParamFlag[]): Fields {
  let params: unknown = draft.params ?? [];
  let groups: unknown = draft.groups ?? [];
  for (const flag of flags) {
    const inParams = replaced(params, flag, (param) => param.group === flag.group);
    const inGroups = inGroup(groups, flag);
    groups = inGroups ?? groups;
    params = inParams ?? (inGroups === undefined && Array.isArray(params) ? [...params, flag] : params);
  }
  return flags.length === 0 ? {} : { params, ...(draft.groups === undefined ? {} : { groups }) };
}

function inGroup(groups: unknown, flag: ParamFlag): unknown[] | undefined {
  if (flag.group === undefined || !Array.isArray(groups)) return undefined;
  for (const [index, group] of groups.entries()) {
    const params = asMap(group).name === flag.group ? replaced(asMap(group).params, flag, () => true) : undefined;
    if (params !== undefined) return groups.with(index, { ...asMap(group), params });
  }
  return undefined;
}

/** The list with the first Param of that name replaced; undefined where there is none. */
function replaced(list: unknown, flag: ParamFlag, isMeant: (param: Fields) => boolean): unknown[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const index = list.findIndex((param) => asMap(param).name === flag.name && isMeant(asMap(param)));
  return index === -1 ? undefined : list.with(index, { ...asMap(list[index]), ...flag });
}

function asMap(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
