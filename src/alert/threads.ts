/** What joining an alert to the known threads came to. */
export interface Joined {
  readonly thread: string;
  /** Names that were not known, or belonged to another thread. */
  readonly changed: readonly string[];
  /** Threads that turned out to be this one. */
  readonly merged: readonly string[];
}

/** Joins alerts to threads, one after the other; later ones know what earlier ones joined. */
export class Threads {
  readonly #known: (key: string) => string | undefined;
  readonly #joined = new Map<string, string>();

  /** @param known the thread to which a name belonged before, if any */
  constructor(known: (key: string) => string | undefined = () => undefined) {
    this.#known = known;
  }

  /** @param keys the alert's names for its event, strongest first; at least one */
  join(keys: readonly string[]): Joined {
    const found = keys.map((key) => this.threadOf(key));
    const known = [...new Set(found.filter((thread) => thread !== undefined))];
    const thread = strongest(known, keys) ?? keys[0] ?? '';
    const changed = keys.filter((_, index) => found[index] !== thread);
    const merged = known.filter((other) => other !== thread);
    for (const key of [...changed, ...merged]) this.#joined.set(key, thread);
    return { thread, changed, merged };
  }

  threadOf(key: string): string | undefined {
    let thread = this.#joined.get(key) ?? this.#known(key);
    // A thread that was joined to another one is a name of that one.
    while (thread !== undefined) {
      const joined = this.#joined.get(thread);
      if (joined === undefined || joined === thread) return thread;
      thread = joined;
    }
    return undefined;
  }
}

/**
 * Of several threads the one with a mission's number or a designation, because other formats know it too; among equals
 * the one that the alert itself would name first.
 */
function strongest(threads: readonly string[], keys: readonly string[]): string | undefined {
  const rank = (thread: string): number => {
    const place = keys.indexOf(thread);
    return (isIdentifier(thread) ? 1_000 : 0) + (place === -1 ? 500 : place);
  };
  return [...threads].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))[0];
}

function isIdentifier(key: string): boolean {
  return /^(?:test:)?ivo:/.test(key);
}
