import type { Alert } from '../alert/model.ts';
import type { Site } from '../sky/site.ts';
import { Sky } from '../sky/sky.ts';
import type { Facts, ThreadFacts } from './facts.ts';

/** An alert and all that decisions on it depend on. What takes a look into the journal is asked only when it matters. */
export interface Circumstances {
  readonly alert: Alert;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly thread: () => ThreadFacts;
  /** The name of an alert of the thread that supersedes this one, though it was heard first. */
  readonly superseder: () => string | undefined;
  /** The last alert of the thread that this handler has got, or that waits for it. */
  readonly delivered: (recipient: Recipient) => Alert | undefined;
  /** Whether the handler has begun with one of the thread, even if that was aborted, or will. */
  readonly begun: (recipient: Recipient) => boolean;
}

/** A handler. One that cancels is not going to get what this alert withdraws. */
export interface Recipient {
  readonly handler: string;
  readonly cancels: boolean;
  /** It rehearses, so that what it has rehearsed counts; else only what was done. */
  readonly pretends: boolean;
}

/** What rules can see of it from this site. */
export function factsFor({ alert, now, thread }: Circumstances, site: Site | undefined): Facts {
  let sky: Sky | undefined;
  return {
    ...{ alert, now, site },
    get sky() {
      const { ra, dec } = alert;
      sky ??= new Sky(ra === undefined || dec === undefined ? undefined : { ra, dec }, site, now);
      return sky;
    },
    get thread() {
      return thread();
    },
  };
}

/** An alert of which nothing else is known: no site, no thread. */
export function alone(alert: Alert, now: number): Facts {
  const first = { first: true, retracted: alert.kind === 'retraction', previous: undefined, moved: undefined };
  const nothing = () => undefined;
  return factsFor(
    { alert, now, thread: () => first, superseder: nothing, delivered: nothing, begun: () => false },
    undefined,
  );
}
