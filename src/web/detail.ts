import type { Decoder } from '../alert/decode.ts';
import type { Alert } from '../alert/model.ts';
import { nameOf } from '../alert/summary.ts';
import { withoutUndefined } from '../common/objects.ts';
import type { ListedAlert, ListedAttempt } from '../journal/reader.ts';
import type { StoredAlert } from '../journal/stored.ts';
import { iso, isoOr } from './iso.ts';
import type { AlertDetail, AlertRow, Attempt } from './model.ts';
import { linkTo, type Rows } from './rows.ts';

/** What one alert's page needs of the journal. */
export interface DetailJournal {
  find(id: string): ListedAlert | undefined;
  stored(seq: number): StoredAlert | undefined;
  named(name: string, limit: number): ListedAlert[];
  citing(name: string, limit: number): (ListedAlert & { readonly cite: string })[];
  list(filter: { thread: string }, limit: number): ListedAlert[];
  attempts(seq: number): ListedAttempt[];
}

/** One alert: what was received, what it says, and what came of it. */
export interface Found {
  readonly row: AlertRow;
  /** Whole, also where the row has it cut. */
  readonly thread: string | undefined;
  readonly stored: StoredAlert;
  /** Undefined where it cannot be read. */
  readonly alert: Alert | undefined;
}

/** Links of one kind on a page. */
const MOST_LINKS = 100;
/** Of them, those to alerts that share one cited identifier. */
const MOST_NAMESAKES = 10;
/** Of each delivery on a page. */
const MOST_ATTEMPTS = 20;
/** Alerts that are kept decoded, but for the document itself, for feeds that are asked for again and again. */
const MOST_DECODED = 200;
const LONGEST_DECODED = 32 * 1024;

/** Alerts one by one, decoded. */
export class Details {
  readonly #journal: DetailJournal;
  readonly #rows: Rows;
  readonly #decoder: () => Promise<Decoder>;
  readonly #decoded = new Map<number, Alert | undefined>();

  /** @param decoder loaded when it is first needed */
  constructor(journal: DetailJournal, rows: Rows, decoder: () => Promise<Decoder>) {
    this.#journal = journal;
    this.#rows = rows;
    this.#decoder = decoder;
  }

  /** @param id 16 hexadecimal digits */
  async find(id: string): Promise<Found | undefined> {
    const listed = this.#journal.find(id);
    const stored = listed === undefined ? undefined : this.#journal.stored(listed.seq);
    if (listed === undefined || stored === undefined) return undefined;
    const alert = await this.#decode(stored, listed.thread);
    const [row] = this.#rows.of([listed]);
    return row === undefined ? undefined : { row, thread: listed.thread, stored, alert };
  }

  /** The decoded alert of a row, perhaps without its `raw`; undefined where it cannot be read. */
  async alertOf(row: AlertRow): Promise<Alert | undefined> {
    if (row.problem !== undefined) return undefined;
    if (this.#decoded.has(row.seq)) return this.#decoded.get(row.seq);
    const stored = this.#journal.stored(row.seq);
    return stored === undefined ? undefined : await this.#decode(stored, row.thread);
  }

  /** All that the page and the API show of it. */
  detail({ row, thread, stored, alert }: Found): AlertDetail {
    const { raw: _, ...shown } = alert ?? { raw: undefined };
    let left = MOST_LINKS;
    const cites = (alert?.citations ?? []).slice(0, MOST_LINKS).map((citation) => {
      const most = Math.min(left, MOST_NAMESAKES);
      const alerts = most === 0 ? [] : this.#journal.named(nameOf(citation.ivorn), most).map(linkTo);
      left -= alerts.length;
      return { ...citation, alerts };
    });
    const citing = alert === undefined ? [] : this.#journal.citing(nameOf(alert.ivorn), MOST_LINKS);
    const members = thread === undefined ? [] : this.#journal.list({ thread }, MOST_LINKS);
    return withoutUndefined({
      ...row,
      peer: stored.peer,
      alert: alert === undefined ? undefined : shown,
      attempts: this.#attempts(row.seq),
      cites,
      citedBy: citing.map((one) => ({ ...linkTo(one), cite: one.cite })),
      threadAlerts: members.toReversed().map(linkTo),
    }) as AlertDetail;
  }

  /** The last of each delivery. */
  #attempts(seq: number): Attempt[] {
    const byHandler = Map.groupBy(this.#journal.attempts(seq), ({ handler }) => handler);
    return [...byHandler.values()].flatMap((own) => own.slice(-MOST_ATTEMPTS).map(attemptOf));
  }

  async #decode(stored: StoredAlert, thread: string | undefined): Promise<Alert | undefined> {
    const { decode } = await this.#decoder();
    let alert: Alert | undefined;
    try {
      const reception = { source: stored.source, receivedAt: iso(stored.receivedAt) };
      alert = decode(stored.packet, reception, { validate: true });
      // The journal joins it to others', which it cannot know.
      if (thread !== undefined) alert = Object.freeze({ ...alert, thread });
    } catch {
      alert = undefined;
    }
    if (stored.packet.length <= LONGEST_DECODED) this.#remember(stored.seq, alert && { ...alert, raw: '' });
    return alert;
  }

  #remember(seq: number, alert: Alert | undefined): void {
    this.#decoded.delete(seq);
    this.#decoded.set(seq, alert);
    const [oldest] = this.#decoded.keys();
    if (this.#decoded.size > MOST_DECODED && oldest !== undefined) this.#decoded.delete(oldest);
  }
}

function attemptOf({ seq: _, startedAt, endedAt, ...rest }: ListedAttempt): Attempt {
  return withoutUndefined({ ...rest, startedAt: iso(startedAt), endedAt: isoOr(endedAt) }) as Attempt;
}
