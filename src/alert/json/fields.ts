import { decimal } from '../angle.ts';

/** An object as JSON.parse makes it. */
export type JsonObject = { readonly [key: string]: unknown };

/*
 * How fields are read: one of another type than expected is as if it were not there, and so is null. An alert must not
 * be lost because its sender writes one field in a new way.
 */

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectIn(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = object?.[key];
  return isObject(value) ? value : undefined;
}

/** A text without the blanks around it; an empty one says nothing. */
export function textIn(object: JsonObject | undefined, key: string): string | undefined {
  const value = object?.[key];
  return typeof value === 'string' ? value.trim() || undefined : undefined;
}

export function booleanIn(object: JsonObject | undefined, key: string): boolean | undefined {
  const value = object?.[key];
  return typeof value === 'boolean' ? value : undefined;
}

/** A finite number, also one given as text: JSON has no infinity, but 1e999 becomes one. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'string') return decimal(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function numberIn(object: JsonObject | undefined, key: string): number | undefined {
  return numberOf(object?.[key]);
}

/** A number below zero is how some say that they do not know it. */
export function positiveIn(object: JsonObject | undefined, key: string): number | undefined {
  const value = numberIn(object, key);
  return value !== undefined && value >= 0 ? value : undefined;
}

const LONGEST_NAME = 200;

/** A name, or several: the unified schema lets `id`, `event_name` and others be a text or a list of texts. */
export function namesIn(object: JsonObject | undefined, key: string): string[] {
  return namesOf(object?.[key]);
}

export function namesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((item) => !Array.isArray(item)).flatMap(namesOf);
  if (Number.isSafeInteger(value)) return [String(value)];
  const name = typeof value === 'string' && value.length <= LONGEST_NAME ? value.trim() : '';
  return name === '' ? [] : [name];
}

/** The members that are numbers. Object.fromEntries keeps even a member called `__proto__` a plain member. */
export function probabilitiesIn(object: JsonObject | undefined, key: string): Record<string, number> | undefined {
  const numbers = Object.entries(objectIn(object, key) ?? {}).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && Number.isFinite(entry[1]),
  );
  return numbers.length === 0 ? undefined : Object.fromEntries(numbers);
}

export function isWebAddress(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\/\S+$/i.test(value);
}

/** IceCube sends its tests with the tense `current`, and only the topic (`gcn.notices.icecube.test.…`) says what they are. */
export function isTestStream(stream: string | undefined): boolean {
  return stream !== undefined && /(?:^|[^a-z])(?:test|playground)(?:[^a-z]|$)/i.test(stream);
}
