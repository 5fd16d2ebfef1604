import { didYouMean } from '../common/suggest.ts';

/** What is wrong with the `onDead` of a handler, or with an option of one that is the `onDead` of others. */
export interface FallbackProblem {
  readonly handler: string;
  /** The option. */
  readonly key: string;
  /** Whole sentences. */
  readonly message: string;
}

/** Options that choose alerts: a handler that is the `onDead` of others chooses none. */
const CHOOSING = [
  ...['streams', 'topics', 'kinds', 'minImportance', 'maxErrorRadius', 'site', 'when', 'once', 'repeat'],
  ...['onRetraction', 'retraction'],
];

/** The handlers that name this one as their `onDead`. */
export function fallsBackOn(
  name: string,
  handlers: Readonly<Record<string, { readonly onDead?: unknown }>>,
): readonly string[] {
  return Object.keys(handlers).filter((other) => handlers[other]?.onDead === name);
}

/** Handlers that are not there, that fall back on each other, and that would be asked about alerts all the same. */
export function fallbackProblems(
  handlers: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): FallbackProblem[] {
  return Object.entries(handlers).flatMap(([handler, settings]) => [
    ...wrongTarget(handler, settings.onDead, handlers),
    ...wrongOptions(handler, settings, handlers),
  ]);
}

function wrongTarget(
  handler: string,
  onDead: unknown,
  handlers: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): FallbackProblem[] {
  if (typeof onDead !== 'string') return [];
  const problem = (message: string): FallbackProblem[] => [{ handler, key: 'onDead', message }];
  if (!Object.hasOwn(handlers, onDead)) {
    return problem(`There is no handler ${onDead}${didYouMean(onDead, Object.keys(handlers))}.`);
  }
  if (onDead === handler) return problem('A handler cannot take what it has failed at itself. Name another one.');
  const way = [handler];
  for (let next: unknown = onDead; typeof next === 'string' && !way.includes(next); next = handlers[next]?.onDead) {
    way.push(next);
  }
  // Told once for a circle, at the handler that comes first in the file.
  const last = way.at(-1) ?? handler;
  if (handlers[last]?.onDead !== handler || Object.keys(handlers).find((name) => way.includes(name)) !== handler) {
    return [];
  }
  return problem(`It goes round in a circle: ${[...way, handler].join(', ')}. The last one must have no onDead.`);
}

function wrongOptions(
  handler: string,
  settings: Readonly<Record<string, unknown>>,
  handlers: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): FallbackProblem[] {
  const [other] = fallsBackOn(handler, handlers);
  if (other === undefined) return [];
  return CHOOSING.filter((key) => Object.hasOwn(settings, key)).map((key) => ({
    ...{ handler, key },
    message: `${handler} is the onDead of ${other}: it gets what that fails at, and no other alerts. Leave ${key} out, or make another handler of the same plugin.`,
  }));
}
