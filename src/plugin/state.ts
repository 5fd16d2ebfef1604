import { explain } from '../common/errors.ts';
import type { State } from './api.ts';

const MOST_KEYS = 1_000;
const LONGEST_KEY = 200;
/** Bytes of JSON. */
const LARGEST_VALUE = 65_536;

/** Where plugins keep things, each under its handler's name. Values are JSON. */
export interface StateStore {
  get(handler: string, key: string): string | undefined;
  set(handler: string, key: string, value: string): void;
  delete(handler: string, key: string): void;
  keys(handler: string): string[];
}

/** What one handler's plugin keeps. Values are JSON. */
export interface HandlerState {
  get(key: string): Promise<string | undefined>;
  /** @throws an error that says what is too large or too much */
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  keys(): Promise<string[]>;
}

export function handlerState(store: StateStore, handler: string): HandlerState {
  return {
    get: async (key) => store.get(handler, key),
    set: async (key, value) => {
      const text = checked(key, value);
      if (store.get(handler, key) === undefined) checkCount(key, store.keys(handler));
      store.set(handler, key, text);
    },
    delete: async (key) => store.delete(handler, key),
    keys: async () => store.keys(handler),
  };
}

/** Of whoever has kept nothing, to rehearse with. */
export const NOTHING_KEPT: Pick<HandlerState, 'get' | 'keys'> = { get: async () => undefined, keys: async () => [] };

/** What is there, and what is changed only here, as long as it lasts: for rehearsals. */
export function rehearsedState(kept: Pick<HandlerState, 'get' | 'keys'>): HandlerState {
  const changed = new Map<string, string | undefined>();
  const keys = async (): Promise<string[]> => {
    const all = new Set(await kept.keys());
    for (const [key, value] of changed) {
      if (value === undefined) all.delete(key);
      else all.add(key);
    }
    return [...all].sort();
  };
  const get = async (key: string) => (changed.has(key) ? changed.get(key) : await kept.get(key));
  return {
    get,
    set: async (key, value) => {
      const text = checked(key, value);
      if ((await get(key)) === undefined) checkCount(key, await keys());
      changed.set(key, text);
    },
    delete: async (key) => void changed.set(key, undefined),
    keys,
  };
}

function checkCount(key: string, keys: readonly string[]): void {
  if (keys.length < MOST_KEYS) return;
  throw new Error(`Cannot keep ${JSON.stringify(key)}: there are ${MOST_KEYS} keys already. Delete some of them`);
}

function checked(key: string, value: string): string {
  if (key === '' || key.length > LONGEST_KEY) {
    throw new Error(`Cannot keep ${JSON.stringify(key.slice(0, 40))}: a key has 1 to ${LONGEST_KEY} characters`);
  }
  const bytes = Buffer.byteLength(value);
  if (bytes <= LARGEST_VALUE) return value;
  throw new Error(`Cannot keep ${JSON.stringify(key)}: it is ${bytes} bytes of JSON, and ${LARGEST_VALUE} can be`);
}

/** The state as plugins see it: JSON values in place of their text. */
export function stateOf(kept: HandlerState): State {
  return {
    get: async <Value>(key: string) => {
      const text = await kept.get(String(key));
      return text === undefined ? undefined : (JSON.parse(text) as Value);
    },
    set: async (key, value) => await kept.set(String(key), textOf(key, value)),
    delete: async (key) => await kept.delete(String(key)),
    keys: async () => await kept.keys(),
  };
}

function textOf(key: string, value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new Error(`Cannot keep ${JSON.stringify(key)}: ${explain(error)}`, { cause: error });
  }
  if (text !== undefined) return text;
  throw new Error(`Cannot keep ${JSON.stringify(key)}: it is no JSON value, but ${typeof value}`);
}
