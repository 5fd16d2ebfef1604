import type { BrokerAddress } from '../vtp/address.ts';
import type { Snapshot } from './snapshot.ts';

export interface WebSettings {
  readonly listen: BrokerAddress;
  /** Who knows one of them may look; undefined: nobody is asked. */
  readonly tokens: readonly string[] | undefined;
  /** Under which address others reach it, without a slash at the end. */
  readonly url: string | undefined;
  readonly feedItems: number;
  readonly maxConnections: number;
}

/** Where it can be looked at; or why not, and it goes on trying. */
export type Served = { readonly address: string } | { readonly problem: string };

/** What the main thread says to the web's. */
export type ToWeb =
  | { readonly type: 'configure'; readonly settings: WebSettings }
  /** The answer to `ask`. */
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'stop' };

/** What the web's thread says to the main thread. */
export type FromWeb =
  | { readonly type: 'configured'; readonly served: Served }
  /** What are the parts doing? */
  | { readonly type: 'ask' };

export interface WebData {
  readonly journalPath: string;
}
