/** An alert as it goes out. */
export interface Outgoing {
  /** Its number in the journal. */
  readonly seq: number;
  readonly ivorn: string;
  /** Length and bytes, shared by all to whom it goes. */
  readonly frame: Buffer;
}

/** What became of a stretch of the journal for one subscriber. */
export interface Stretch {
  readonly items: readonly Outgoing[];
  /** Everything up to here has been looked at. */
  readonly upTo: number;
}

/** What a subscription needs of whoever reads the journal. */
export interface Backlog {
  /** The last alert that has been published. @param filtered to those with filters, who get it a little later */
  head(filtered: boolean): number;
  /** The next alerts after this one. @param filters ids of filters of which one must hold; undefined: all alerts */
  after(seq: number, filters: readonly number[] | undefined): Promise<Stretch>;
}

/** What a subscription needs of whoever knows XPath. */
export interface FilterDesk {
  /** @param address whose they are @returns ids of those that can be used, and for the others why not */
  install(
    filters: readonly string[],
    address: string,
  ): Promise<{ readonly ids: readonly number[]; readonly problems: readonly string[] }>;
  /** They are not used any more by whoever installed them. */
  release(ids: readonly number[]): void;
}

/** What a subscription needs of whoever remembers subscribers that have gone. */
export interface Memory {
  /** The number of the alert after which it goes on; undefined when it begins with what comes. */
  recall(identity: string, address: string): number | undefined;
  /** It has everything up to this one. */
  remember(identity: string, address: string, seq: number): void;
}
