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

/**
 * Decides what is handed on and to whom, without ever holding up who asks: the work is done in inspecting threads. There
 * are two, since what goes out must be known while a filter takes its time; the one for filters starts with the first.
 */
export class Inspection {
  readonly #judge: InspectThread;
  readonly #matcher: InspectThread;
  readonly #dropFilter: (id: number) => void;
  readonly filters: Filters;
  readonly #looking = new Set<Promise<unknown>>();
  readonly #kept = new Map<number, Inspected>();
  #rules: RelayRules = { rule: undefined, compose: false, trusted: [] };

  /** @param dropFilter the filter is of no use to those who have it */
  constructor(program: InspectProgram, dropFilter: (id: number) => void) {
    this.#dropFilter = dropFilter;
    this.#judge = new InspectThread(program, 'relay', () => [this.#configuration()]);
    this.#matcher = new InspectThread(program, 'relay', () =>
      this.filters.inUse.map(({ id, text }): Job => ({ type: 'add-filter', id, text })),
    );
    this.filters = new Filters({
      add: async (id, text) => {
        const before = [...this.#looking];
        const answer = await this.#matcher.run({ type: 'add-filter', id, text });
        // These may be published as alerts on which it does not hold: whoever has it begins after them.
        await Promise.all(before);
        if (answer.type === 'failed') return { problem: answer.reason, isHarmful: true };
        return { problem: answer.type === 'done' ? answer.problem : undefined, isHarmful: false };
      },
      remove: (id) => void this.#matcher.run({ type: 'remove-filter', id }),
    });
  }

  configure(rules: RelayRules): void {
    this.#rules = rules;
    this.#kept.clear();
    void this.#judge.run(this.#configuration());
  }

  /** What is known of an alert without looking at it; undefined when it must be looked at. */
  known(stored: StoredAlert): Verdict | undefined {
    return this.filters.areThere ? undefined : this.#trusted(stored);
  }

  /**
   * Looks at an alert. Never rejects.
   *
   * @param say called once with the verdict, before the filters have been looked at
   * @param newestFilter the newest of the filters whose outcome is wanted; 0 when none is
   * @returns ids of the filters that hold
   */
  relay(
    stored: StoredAlert,
    say: (verdict: Verdict) => void,
    newestFilter = this.filters.newest,
  ): Promise<readonly number[]> {
    const looking = this.#relay(stored, say, newestFilter);
    this.#looking.add(looking);
    void looking.then(() => this.#looking.delete(looking));
    return looking;
  }

  async close(): Promise<void> {
    await Promise.all([this.#judge.close(), this.#matcher.close()]);
  }

  async #relay(stored: StoredAlert, say: (verdict: Verdict) => void, newestFilter: number): Promise<readonly number[]> {
    const kept = this.#kept.get(stored.seq);
    if (kept !== undefined && kept.newestFilter >= newestFilter) {
      say(kept.verdict);
      return kept.matched;
    }
    const rules = this.#rules;
    const looked = newestFilter === 0 ? 0 : this.filters.newest;
    const verdict = this.#trusted(stored) ?? (await this.#verdictOn(stored));
    say(verdict);
    const matched = newestFilter === 0 ? [] : await this.#matchesOf(stored, verdict);
    if (rules === this.#rules) this.#keep(stored.seq, { verdict, matched, newestFilter: looked });
    return matched;
  }

  /** The verdict on what was examined when it came, where there is no rule. */
  #trusted({ source, packet }: StoredAlert): Verdict | undefined {
    const { rule, trusted } = this.#rules;
    if (rule !== undefined || !trusted.includes(source)) return undefined;
    const { kind, ivorn } = scanEnvelope(packet);
    return kind === 'voevent' && ivorn !== undefined ? { relay: true, ivorn: ivorn.trim() } : undefined;
  }

  async #verdictOn(stored: StoredAlert): Promise<Verdict> {
    let verdict: Verdict | undefined;
    let reason = '';
    for (let failures = 0; verdict === undefined && failures < MOST_FAILURES; failures += 1) {
      const answer = await this.#judge.run(jobOf(stored), (given) => {
        verdict = given;
      });
      reason = answer.type === 'failed' ? answer.reason : 'it was not looked at';
    }
    return verdict ?? { relay: false, why: `it could not be looked at: ${reason}` };
  }

  async #matchesOf(stored: StoredAlert, verdict: Verdict): Promise<readonly number[]> {
    if (!verdict.relay || !this.filters.areThere) return [];
    const job = jobOf(stored, verdict.composed);
    for (let failures = 0; failures < MOST_FAILURES; ) {
      const answer = await this.#matcher.run(job);
      if (answer.type === 'matched') {
        for (const filter of answer.slow) this.#ban(filter, 'it takes too long');
        return answer.filters;
      }
      const filter = answer.type === 'failed' ? answer.filter : undefined;
      if (filter === undefined) failures += 1;
      else this.#ban(filter, answer.type === 'failed' ? answer.reason : '');
    }
    // One too many is better than one too few.
    return this.filters.inUse.map(({ id }) => id);
  }

  #ban(filter: number, reason: string): void {
    for (const dropped of this.filters.ban(filter, reason)) this.#dropFilter(dropped);
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
}

function jobOf({ packet, source, receivedAt }: StoredAlert, composed?: Uint8Array): Job {
  return { type: 'relay', packet: composed ?? new Uint8Array(packet), source, receivedAt };
}
