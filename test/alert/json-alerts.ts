import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonObject } from '../../src/alert/json/json.ts';
import { type Alert, alertSchema, type Reception } from '../../src/alert/model.ts';

/** What a document should say; what is `undefined` here must be absent. */
export type Expected = { readonly [Field in keyof Alert]?: Alert[Field] | undefined };

export const RECEPTION: Reception = { source: 'gcn', receivedAt: '2026-11-22T00:00:00.000Z' };

/** Asserts that the alert is one by the model, to the last field, and in the model's order. */
export function assertFits(alert: Alert): void {
  const checked = alertSchema.safeParse(alert);
  assert.ok(checked.success, checked.error?.message ?? '');
  const order = Object.keys(alertSchema.shape);
  assert.deepEqual(
    Object.keys(alert),
    order.filter((name) => Object.hasOwn(alert, name)),
  );
  assert.ok(Object.isFrozen(alert));
  const inGroups = alert.groups.flatMap((group) => group.params);
  assert.deepEqual(
    inGroups,
    alert.params.filter((param) => param.group !== undefined),
  );
}

/** What a sender might write where something else belongs. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(null, '', ' ', 0, -1, 1e308, Number.POSITIVE_INFINITY, -999, '12.5', 'NaN', [], {}, true),
  fc.constantFrom<unknown>('S230914ak', 'MS230914ak', 'GRB 230220A', 'Fermi 694215970', 'http://a/b', '2024-01-01'),
  fc.array(fc.oneof(fc.double(), fc.string(), fc.constant(null)), { maxLength: 4 }),
  fc.dictionary(fc.constantFrom('ra', 'dec', '__proto__', 'constructor', 'toJSON', 'a'), fc.jsonValue()),
);

/** The document with a few fields, at any depth, replaced by anything. */
export function mutated(document: JsonObject): fc.Arbitrary<JsonObject> {
  const paths = pathsIn(document, []);
  return fc
    .array(fc.tuple(fc.constantFrom(...paths), anything), { minLength: 1, maxLength: 5 })
    .map((changes) => changes.reduce<JsonObject>((changed, [path, value]) => replaced(changed, path, value), document));
}

function pathsIn(value: unknown, path: string[]): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...pathsIn(inner, [...path, key])]);
}

function replaced(document: JsonObject, path: readonly string[], value: unknown): JsonObject {
  const copy = structuredClone(document) as Record<string, unknown>;
  let holder: unknown = copy;
  for (const key of path.slice(0, -1)) holder = (holder as Record<string, unknown>)[key] ?? {};
  const last = path.at(-1) ?? '';
  if (typeof holder === 'object' && holder !== null) Object.assign(holder, { [last]: value });
  return copy;
}
