import { scanEnvelope } from '../alert/envelope.ts';
import type { InspectProgram, Job, Verdict } from '../inspect/messages.ts';
import { InspectThread } from '../inspect/thread.ts';
import type { StoredAlert } from '../journal/stored.ts';
import { Filters } from './filters.ts';

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
  #rules: RelayRules = { rule: undefined, compose: false, trusted: [] };

  /** @param dropFilter the filter is of no use to those who have it */
  constructor(program: InspectProgram, dropFilter: (id: number) => void) {
    this.#dropFilter = dropFilter;
    this.#thread = new InspectThread(program, () => this.#setup());
    this.filters = new Filters({
      add: async (id, text) => {
        const answer = await this.#thread.run({ type: 'add-filter', id, text });
        if (answer.type === 'failed') return answer.reason;
        return answer.type === 'done' ? answer.problem : undefined;
      },
      remove: (id) => void this.#thread.run({ type: 'remove-filter', id }),
    });
  }

  /** How many alerts are being looked at. */
  get waiting(): number {
    return this.#thread.waiting;
  }

  configure(rules: RelayRules): void {
    this.#rules = rules;
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
   * @returns ids of the filters that hold
   */
  async relay(
    { packet, source, receivedAt }: StoredAlert,
    say: (verdict: Verdict) => void,
  ): Promise<readonly number[]> {
    const job: Job = { type: 'relay', packet: new Uint8Array(packet), source, receivedAt };
    let verdict: Verdict | undefined;
    const sayOnce = (given: Verdict): void => {
      if (verdict !== undefined) return;
      verdict = given;
      say(given);
    };
    let failures = 0;
    for (;;) {
      const answer = await this.#thread.run(job, sayOnce);
      if (answer.type === 'matched') return answer.filters;
      const reason = answer.type === 'failed' ? answer.reason : 'it was not looked at';
      const filter = answer.type === 'failed' ? answer.filter : undefined;
      if (filter !== undefined) {
        this.filters.ban(filter, reason);
        this.#dropFilter(filter);
        continue;
      }
      failures += 1;
      if (failures < MOST_FAILURES) continue;
      sayOnce({ relay: false, why: `it could not be looked at: ${reason}` });
      return [];
    }
  }

  async close(): Promise<void> {
    await this.#thread.close();
  }

  #configuration(): Job {
    return { type: 'configure', rule: this.#rules.rule, compose: this.#rules.compose };
  }

  #setup(): readonly Job[] {
    const filters = this.filters.inUse.map(({ id, text }): Job => ({ type: 'add-filter', id, text }));
    return [this.#configuration(), ...filters];
  }
}

const MOST_FAILURES = 2;
