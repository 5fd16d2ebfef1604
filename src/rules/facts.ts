import type { Alert } from '../alert/model.ts';
import type { Site } from '../sky/site.ts';
import type { Sky } from '../sky/sky.ts';

/** What came before about the same event, as a handler that is asked about an alert sees it. */
export interface ThreadFacts {
  /** No earlier alert is about this event. */
  readonly first: boolean;
  /** The event has been withdrawn, by this alert or an earlier one. */
  readonly retracted: boolean;
  /** The last alert before this one. */
  readonly previous: Alert | undefined;
  /** Degrees from the previous position to this one; undefined when one of them is not known. */
  readonly moved: number | undefined;
}

/** All that a rule can see of an alert at one moment, from one site. */
export interface Facts {
  readonly alert: Alert;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly site: Site | undefined;
  /** The sky above the site. Its members throw `MissingSky` where there is no site, or no position. */
  readonly sky: Sky;
  readonly thread: ThreadFacts;
}

/** A value that a rule needs and that is not known. */
export class MissingValue extends Error {
  /** @param message what is missing, as a clause: `the alert has no ra` */
  constructor(message: string) {
    super(message);
    this.name = 'MissingValue';
  }
}
