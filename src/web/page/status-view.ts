import type { AlertRow, Status } from '../model.ts';

/** How the page hears of news: not at all, all the time, or no more. */
export type Link =
  | { readonly state: 'snapshot' }
  | { readonly state: 'live' }
  /** `since`: milliseconds since 1970 by the daemon's clock; what is shown is from then. */
  | { readonly state: 'lost'; readonly since: number };

/** What the server writes into the page and the script begins with. */
export interface StatusData {
  readonly status: Status;
  /** Newest first. */
  readonly alerts: readonly AlertRow[];
}

/** All that the status page shows. */
export interface StatusView extends StatusData {
  readonly link: Link;
  /** Milliseconds since 1970 by the daemon's clock. */
  readonly now: number;
  /** For those who hear the page instead of seeing it: alerts that came. */
  readonly news: string;
  /** Likewise: what has just become red. */
  readonly alarm: string;
}
