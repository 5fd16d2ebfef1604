/** What the bench asks of the process that plays browsers and Prometheus, and what it answers. */

export type WatchersJob =
  /** So many browsers open the status page, and leave it open; metrics are read every so often. */
  | { readonly kind: 'open'; readonly port: number; readonly pages: number; readonly scrapeMs: number }
  /** What has come since they were all open, or since this was last asked. */
  | { readonly kind: 'seen' }
  /** All pages are closed. */
  | { readonly kind: 'close' }
  /** One asks for the same again and again, and waits for each answer. */
  | { readonly kind: 'ask'; readonly port: number; readonly path: string; readonly times: number };

/** What all pages together were sent. */
export interface Seen {
  /** Events of each kind. */
  readonly alerts: number;
  readonly deliveries: number;
  readonly statuses: number;
  readonly resets: number;
  /** Of the streams, as they came over the wire. */
  readonly bytes: number;
  readonly scrapes: number;
  readonly seconds: number;
  /** Of one core, that the process itself was busy. */
  readonly load: number;
}

export interface WatchersResult {
  /** For `seen`. */
  readonly seen: Seen | undefined;
  /** For `ask`: from just before each question to the last byte of its answer. */
  readonly latenciesMs: readonly number[];
}
