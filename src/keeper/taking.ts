import { renameSync, rmSync } from 'node:fs';
import { formatDuration } from '../common/durations.ts';
import { explain } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { Blanks } from '../journal/log/blanks.ts';
import { LogReader } from '../journal/log/reader.ts';
import type { Entry } from '../journal/log/record.ts';
import { afterAll, type LogPosition, segmentPath, segments } from '../journal/log/segments.ts';

/** What the keeper needs of the journal. */
export interface TakingJournal {
  position(): LogPosition;
  /** For each entry whether it was new. Throws when nothing was written. */
  take(entries: readonly Entry[], until: LogPosition): boolean[];
  /** Whether all that was committed is in the file, and on disk. */
  checkpoint(): boolean;
}

/** Called after each transaction: how many alerts were new, and of each source how many there were already. */
export type OnTaken = (added: number, duplicates: Readonly<Record<string, number>>) => void;

const RETRY_MS = 1_000;

/** Takes what the intake log holds into the journal, in order, and removes the segments that nobody needs any more. */
export class Taking {
  readonly #journalPath: string;
  readonly #journal: TakingJournal;
  readonly #reader: LogReader;
  readonly #blanks: Pick<Blanks, 'give'>;
  readonly #log: Log;
  readonly #onTaken: OnTaken;
  /** Where to read on. */
  #position: LogPosition;
  /** Up to where the journal has it. */
  #taken: LogPosition;
  #until: LogPosition;
  /** Of this run; a segment of an earlier one may be of an earlier version. */
  readonly #firstOwn: number;
  readonly #damaged = new Set<number>();
  #scheduled: NodeJS.Immediate | NodeJS.Timeout | undefined;
  #failing: { readonly since: number; readonly problem: string } | undefined;

  /**
   * @param until everything before is there to be taken
   * @param blanks gets the segments of this run that nobody needs any more
   */
  constructor(
    journalPath: string,
    journal: TakingJournal,
    until: LogPosition,
    blanks: Pick<Blanks, 'give'>,
    log: Log,
    onTaken: OnTaken,
  ) {
    this.#journalPath = journalPath;
    this.#journal = journal;
    this.#log = log;
    this.#onTaken = onTaken;
    this.#blanks = blanks;
    this.#until = until;
    this.#firstOwn = until.segment;
    this.#reader = new LogReader(journalPath, { damaged: (path, span) => this.#isDamaged(path, span) });
    this.#position = journal.position();
    this.#taken = this.#position;
  }

  /** Why the journal cannot be written, a clause; undefined when it can. */
  get problem(): string | undefined {
    return this.#failing?.problem;
  }

  /** The intake log is on disk up to there. */
  reach(until: LogPosition): void {
    this.#until = until;
    this.#scheduled ??= setImmediate(() => this.#turn());
  }

  /**
   * Moves what was taken into the journal's file, and removes the segments that were needed until then.
   *
   * @param checkpoint says whether all that was taken is there now
   */
  tidy(checkpoint = () => this.#journal.checkpoint()): void {
    const { segment } = this.#taken;
    if (checkpoint()) this.#removeBefore(segment);
  }

  /** When the intake has ended: with every segment, if all of them are in the file. */
  end(): void {
    clearImmediate(this.#scheduled as NodeJS.Immediate);
    clearTimeout(this.#scheduled as NodeJS.Timeout);
    this.#until = afterAll(this.#journalPath);
    try {
      while (!this.#takeBatch());
      if (this.#journal.checkpoint()) this.#removeBefore(this.#until.segment);
    } catch (error) {
      this.#log.warn(
        `Cannot take everything into the journal: ${explain(error)}. It is in ${segmentPath(this.#journalPath, this.#taken.segment)}, and is taken in at the next start`,
      );
    }
    this.#reader.close();
  }

  #turn(): void {
    this.#scheduled = undefined;
    try {
      const isLast = this.#takeBatch();
      this.#recovered();
      if (!isLast) this.reach(this.#until);
    } catch (error) {
      this.#failed(error);
      this.#scheduled = setTimeout(() => this.#turn(), RETRY_MS);
    }
  }

  /** @returns whether there is no more */
  #takeBatch(): boolean {
    const { entries, position, isLast } = this.#reader.read(this.#position, this.#until);
    if (entries.length > 0) {
      const isNew = this.#journal.take(entries, position);
      this.#taken = position;
      this.#tell(entries, isNew);
    }
    this.#position = position;
    return isLast;
  }

  #tell(entries: readonly Entry[], isNew: readonly boolean[]): void {
    const duplicates: Record<string, number> = {};
    let added = 0;
    for (const [index, { source }] of entries.entries()) {
      if (isNew[index] === true) added += 1;
      else duplicates[source] = (duplicates[source] ?? 0) + 1;
    }
    this.#onTaken(added, duplicates);
  }

  #removeBefore(segment: number): void {
    for (const old of segments(this.#journalPath)) {
      if (old >= segment) return;
      const path = segmentPath(this.#journalPath, old);
      if (this.#damaged.delete(old)) renameSync(path, `${path}.damaged`);
      else if (old < this.#firstOwn) rmSync(path);
      else this.#blanks.give(path);
    }
  }

  #isDamaged(path: string, { from, to, isEnd }: { from: number; to: number; isEnd: boolean }): void {
    this.#damaged.add(this.#position.segment);
    const bytes = `${to - from} bytes from byte ${from} of ${path} are no alert`;
    if (isEnd) {
      this.#log.warn(
        `The last ${bytes}: most likely they were being written when voeventd was ended, and were not acknowledged. The file is kept as ${path}.damaged`,
      );
    } else {
      this.#log.error(
        `Cannot read an alert that was acknowledged: ${bytes}. Those after it are read. The file is kept as ${path}.damaged; look after the disk`,
      );
    }
  }

  #failed(error: unknown): void {
    const problem = explain(error);
    if (this.#failing === undefined) {
      this.#log.error(
        `Cannot take alerts into the journal: ${problem}. They are kept beside it and acknowledged, but nobody decides on them yet; voeventd tries again every ${formatDuration(RETRY_MS)}`,
      );
    }
    this.#failing = { since: this.#failing?.since ?? performance.now(), problem };
  }

  #recovered(): void {
    if (this.#failing === undefined) return;
    const lasted = formatDuration(performance.now() - this.#failing.since);
    this.#failing = undefined;
    this.#log.warn(`Alerts are taken into the journal again, after ${lasted}`);
  }
}
