import type { Group, Param, Reference } from '../model.ts';
import { present } from '../present.ts';
import { isObject, isWebAddress, type JsonObject, numberOf } from './fields.ts';

/** Sky maps: megabytes of base64 that no rule looks at. They stay in `raw`. */
const MAPS = new Set(['skymap', 'combined_skymap', 'healpix_file']);
const LONGEST = 4_096;

/** Every plain value of the document as a Param, in its order; those of an object in a group of its name. */
export function readParams(document: JsonObject): { params: Param[]; groups: Group[] } {
  const params: Param[] = [];
  const groups: Group[] = [];
  for (const [name, value] of Object.entries(document)) {
    if (name === '$schema') continue;
    const found = isObject(value) ? paramsIn(value, '', name) : paramOf(name, value);
    if (isObject(value)) groups.push({ name, params: found });
    // Not push(...found): a document of megabytes would be too many arguments.
    for (const param of found) params.push(param);
  }
  return { params, groups };
}

function paramsIn(object: JsonObject, prefix: string, group: string): Param[] {
  return Object.entries(object).flatMap(([key, value]) =>
    isObject(value) ? paramsIn(value, `${prefix}${key}.`, group) : paramOf(key, value, { prefix, group }),
  );
}

/** One Param, or none: null says nothing, and what is too long is for `raw` alone. */
function paramOf(key: string, value: unknown, place?: { prefix: string; group: string }): Param[] {
  if (value === null || isMap(key, value)) return [];
  const text = Array.isArray(value)
    ? JSON.stringify(value, (inner, item: unknown) => (isMap(inner, item) ? undefined : item))
    : String(value);
  if (text.length > LONGEST) return [];
  return [present({ name: `${place?.prefix ?? ''}${key}`, value: text, number: numberOf(value), group: place?.group })];
}

function isMap(key: string, value: unknown): boolean {
  return typeof value === 'string' && MAPS.has(key);
}

/** Every field that is a web address, named by its path. */
export function readReferences(object: JsonObject, prefix = ''): Reference[] {
  return Object.entries(object).flatMap(([key, value]): Reference[] => {
    const name = `${prefix}${key}`;
    if (isObject(value)) return readReferences(value, `${name}.`);
    return isWebAddress(value) && name !== '$schema' ? [{ uri: value, name }] : [];
  });
}
