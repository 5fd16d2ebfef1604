import { scanEnvelope } from '../alert/envelope.ts';
import type { InspectProgram, Job, Verdict } from '../inspect/messages.ts';
import { InspectThread } from '../inspect/thread.ts';
import type { StoredAlert } from '../journal/stored.ts';
import { Filters } from './filters.ts';

/** What came of looking at an alert. */
interface Inspected {
  readonly verdict: Verdict;
  readonly matched: readonly number[];
  /** Filters up to this id were looked at. */
  readonly newestFilter: number;
}

/** Alerts whose outcome is kept: subscribers that are a little behind must not have them looked at once each. */
const MOST_KEPT = 2_048;
/** A composed VOEvent is kept with its outcome. */
const LARGEST_KEPT_BYTES = 65_536;
const MOST_FAILURES = 2;

/** How alerts are looked at before they are handed on. */
export interface RelayRules {
  readonly rule: string | undefined;
  readonly compose: boolean;
  /** Sources whose alerts were examined when they came. */
  readonly trusted: readonly string[];
}

/** Decides what is handed on and to whom, without ever holding up who asks: the work is done in the inspecting thread. */
export class Inspection {
  readonly #thread: InspectThread;
  readonly #dropFilter: (id: number) => void;
  readonly filters: Filters;
  readonly #kept = new Map<number, Inspected>();
  #rules: RelayRules = { rule: undefined, compose: false, trusted: [] };

  /** @param dropFilter the filter is of no use to those who have it */
  constructor(program: InspectProgram, dropFilter: (id: number) => void) {
    this.#dropFilter = dropFilter;
    this.#thread = new InspectThread(program, () => this.#setup());
    this.filters = new Filters({
      add: async (id, text) => {
        const answer = await this.#thread.run({ type: 'add-filter', id, text });
        if (answer.type === 'failed') return { problem: answer.reason, isHarmful: true };
        return { problem: answer.type === 'done' ? answer.problem : undefined, isHarmful: false };
      },
      remove: (id) => void this.#thread.run({ type: 'remove-filter', id }),
    });
  }

  configure(rules: RelayRules): void {
    this.#rules = rules;
    this.#kept.clear();
    void this.#thread.run(this.#configuration());
  }

  /** What is known of an alert without looking at it; undefined when it must be looked at. */
  known({ source, packet }: StoredAlert): Verdict | undefined {
    const { rule, trusted } = this.#rules;
    if (rule !== undefined || this.filters.inUse.length > 0 || !trusted.includes(source)) return undefined;
    const { kind, ivorn } = scanEnvelope(packet);
    return kind === 'voevent' && ivorn !== undefined ? { relay: true, ivorn: ivorn.trim() } : undefined;
  }

  /**
   * Looks at an alert. Never rejects.
   *
   * @param say called once with the verdict, before the filters have been looked at
   * @param newestFilter the newest of the filters whose outcome is wanted
   * @returns ids of the filters that hold
   */
  async relay(
    stored: StoredAlert,
    say: (verdict: Verdict) => void,
    newestFilter = this.filters.newest,
  ): Promise<readonly number[]> {
    const kept = this.#kept.get(stored.seq);
    if (kept !== undefined && kept.newestFilter >= newestFilter) {
      say(kept.verdict);
      return kept.matched;
    }
    const rules = this.#rules;
    const looked = this.filters.newest;
    let verdict: Verdict | undefined;
    const matched = await this.#look(stored, (given) => {
      if (verdict !== undefined) return;
      verdict = given;
      say(given);
    });
    if (verdict !== undefined && rules === this.#rules)
      this.#keep(stored.seq, { verdict, matched, newestFilter: looked });
    return matched;
  }

  async close(): Promise<void> {
    await this.#thread.close();
  }

  async #look(
    { packet, source, receivedAt }: StoredAlert,
    say: (verdict: Verdict) => void,
  ): Promise<readonly number[]> {
    const job: Job = { type: 'relay', packet: new Uint8Array(packet), source, receivedAt };
    for (let failures = 0; ; ) {
      const answer = await this.#thread.run(job, say);
      if (answer.type === 'matched') {
        for (const filter of answer.slow) this.#ban(filter, 'it takes too long');
        return answer.filters;
      }
      const reason = answer.type === 'failed' ? answer.reason : 'it was not looked at';
      const filter = answer.type === 'failed' ? answer.filter : undefined;
      if (filter !== undefined) {
        this.#ban(filter, reason);
        continue;
      }
      failures += 1;
      if (failures < MOST_FAILURES) continue;
      say({ relay: false, why: `it could not be looked at: ${reason}` });
      return [];
    }
  }

  #ban(filter: number, reason: string): void {
    this.filters.ban(filter, reason);
    this.#dropFilter(filter);
  }

  #keep(seq: number, inspected: Inspected): void {
    const { verdict } = inspected;
    if (verdict.relay && (verdict.composed?.length ?? 0) > LARGEST_KEPT_BYTES) return;
    this.#kept.delete(seq);
    this.#kept.set(seq, inspected);
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size > MOST_KEPT) this.#kept.delete(oldest);
  }

  #configuration(): Job {
    return { type: 'configure', rule: this.#rules.rule, compose: this.#rules.compose };
  }

  #setup(): readonly Job[] {
    const filters = this.filters.inUse.map(({ id, text }): Job => ({ type: 'add-filter', id, text }));
    return [this.#configuration(), ...filters];
  }
}
