import { isDeepStrictEqual } from 'node:util';
import type { Source } from './intake/messages.ts';
import type { Settings } from './settings.ts';
import type { Expectation } from './web/snapshot.ts';

/** What is expected of each source, and since when: one that a reload has changed or added begins anew. */
export class Expectations {
  readonly #known = new Map<string, { readonly source: Source; readonly expectation: Expectation }>();

  /** @param now milliseconds since 1970 */
  configure(sources: readonly Source[], settings: Settings, now: number): void {
    const before = new Map(this.#known);
    this.#known.clear();
    for (const source of sources) {
      const last = before.get(source.name);
      const since = last !== undefined && isDeepStrictEqual(last.source, source) ? last.expectation.since : now;
      this.#known.set(source.name, { source, expectation: expectationOf(settings, source.name, since) });
    }
  }

  /** Nothing is expected of a source that the configuration does not have any more. */
  of(name: string): Expectation {
    return this.#known.get(name)?.expectation ?? NOTHING;
  }
}

const NOTHING: Expectation = {
  ...{ since: 0, silenceMs: Number.POSITIVE_INFINITY, graceMs: Number.POSITIVE_INFINITY, alertWithinMs: undefined },
};

function expectationOf({ sources }: Settings, name: string, since: number): Expectation {
  const source = sources[name];
  const alertWithinMs = source === undefined || source.expect === false ? undefined : source.expect;
  if (source?.type !== 'vtp') return { ...NOTHING, since, alertWithinMs };
  return { since, silenceMs: source.silence, graceMs: source.grace, alertWithinMs };
}
