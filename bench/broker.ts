import type { FromLoad, Job, JobResult } from './jobs.ts';
import { LoadProcess } from './load-process.ts';

/** The bench's handle on one load generator. */
export class Broker {
  readonly #process: LoadProcess<Job, FromLoad>;
  readonly port: number;

  private constructor(process: LoadProcess<Job, FromLoad>, port: number) {
    this.#process = process;
    this.port = port;
  }

  static async start(): Promise<Broker> {
    const process = new LoadProcess<Job, FromLoad>('load.ts');
    return new Broker(process, (await process.next('listening')).port);
  }

  /** Resolves when a subscriber has come. Ask before it is started. */
  async connected(): Promise<void> {
    await this.#process.next('connected');
  }

  /** @throws when the subscriber answers wrongly or goes */
  async run(job: Job): Promise<JobResult> {
    this.#process.tell(job);
    return (await this.#process.next('result')).result;
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}
