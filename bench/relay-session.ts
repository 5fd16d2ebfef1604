import { Broker } from './broker.ts';
import { LoadProcess } from './load-process.ts';
import { quiet } from './quiet.ts';
import type { AuthorsJob, AuthorsResult, CrowdJob, CrowdResult, Said } from './relay-jobs.ts';
import type { Relay, RunningRelay } from './relay-subject.ts';
import { type Bench, sessionDirectory, withDeadline } from './session.ts';

/** A broker that has just been started, and those who make it work. */
export class RelaySession {
  readonly relay: Relay;
  readonly running: RunningRelay;
  readonly #broker: Broker;
  readonly #crowd = new LoadProcess<CrowdJob, Said<CrowdResult>>('crowd.ts');
  readonly #authors = new LoadProcess<AuthorsJob, Said<AuthorsResult>>('authors.ts');

  private constructor(relay: Relay, running: RunningRelay, broker: Broker) {
    this.relay = relay;
    this.running = running;
    this.#broker = broker;
  }

  /** Starts everything, and ends it whatever happens. */
  static async of<Result>(
    bench: Bench,
    relay: Relay,
    measure: (session: RelaySession) => Promise<Result>,
  ): Promise<Result> {
    const broker = await Broker.start();
    const connected = relay.role === 'daemon' ? broker.connected() : Promise.resolve();
    const running = await relay.start(broker.port, sessionDirectory(bench));
    const session = new RelaySession(relay, running, broker);
    try {
      await withDeadline(connected, `${relay.name} did not connect`);
      return await measure(session);
    } finally {
      await running.kill();
      await Promise.all([session.#crowd.stop(), session.#authors.stop(), broker.stop()]);
    }
  }

  async crowd(job: CrowdJob): Promise<CrowdResult> {
    this.#crowd.tell(job);
    const kind = `${this.relay.name}, ${job.kind} with subscribers`;
    return (await withDeadline(this.#crowd.next('result'), `${kind}: it took too long`, JOB_MS)).result;
  }

  async authors(job: AuthorsJob): Promise<AuthorsResult> {
    this.#authors.tell(job);
    const kind = `${this.relay.name}, ${job.kind} by authors`;
    return (await withDeadline(this.#authors.next('result'), `${kind}: it took too long`, JOB_MS)).result;
  }

  /** So many subscribers connect, and have said who they are when this resolves. */
  async join(count: number): Promise<void> {
    await this.crowd({ kind: 'join', port: this.running.subscribersPort, count, reads: true });
  }

  /** One connects that never reads anything. */
  async joinDeaf(): Promise<void> {
    await this.crowd({ kind: 'join', port: this.running.subscribersPort, count: 1, reads: false });
  }

  /** One after the other at a steady pace, from just before an event is sent to each subscriber's reading of it. */
  async delays(count: number, perSecond: number): Promise<number[]> {
    await this.crowd({ kind: 'record' });
    const all = this.crowd({ kind: 'recorded', alerts: count });
    const sent = await this.authors({ kind: 'pace', port: this.running.authorsPort, perSecond, count });
    const { numbers, atNs } = await all;
    const sentAtNs = new Map(sent.numbers.map((number, index) => [number, sent.sentAtNs[index] ?? Number.NaN]));
    return numbers.map((number, index) => ((atNs[index] ?? 0) - (sentAtNs.get(number) ?? Number.NaN)) / 1e6);
  }

  /** Feeds the broker as fast as it acknowledges. */
  async feed(ms: number): Promise<void> {
    if (this.relay.role === 'daemon') await this.#broker.run({ kind: 'window', window: WINDOW, warmUpMs: 0, ms });
    else await this.authors({ kind: 'submit', port: this.running.authorsPort, authors: WINDOW, warmUpMs: 0, ms });
  }

  /** Resolves when the broker has had hardly anything to do for so long, or after ten seconds. */
  async quiet(ms?: number): Promise<void> {
    await quiet(this.running, ms);
  }
}

const JOB_MS = 30_000;
const WINDOW = 10;
