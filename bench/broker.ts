import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FromLoad, Job, JobResult } from './jobs.ts';

/** The bench's handle on one load generator. */
export class Broker {
  readonly #process: ChildProcess;
  readonly port: number;

  private constructor(process: ChildProcess, port: number) {
    this.#process = process;
    this.port = port;
  }

  static async start(): Promise<Broker> {
    const child = fork(join(import.meta.dirname, 'load.ts'));
    const message = await next(child, 'listening');
    return new Broker(child, message.port);
  }

  /** Resolves when a subscriber has come. Ask before it is started. */
  async connected(): Promise<void> {
    await next(this.#process, 'connected');
  }

  /** @throws when the subscriber answers wrongly or goes */
  async run(job: Job): Promise<JobResult> {
    this.#process.send(job);
    return (await next(this.#process, 'result')).result;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    this.#process.disconnect();
    await once(this.#process, 'exit');
  }
}

function next<Type extends FromLoad['type']>(
  child: ChildProcess,
  type: Type,
): Promise<Extract<FromLoad, { type: Type }>> {
  const { promise, resolve, reject } = Promise.withResolvers<Extract<FromLoad, { type: Type }>>();
  const onExit = () => reject(new Error('The load generator died'));
  const onMessage = (message: FromLoad) => {
    child.off('message', onMessage);
    child.off('exit', onExit);
    if (message.type === type) resolve(message as Extract<FromLoad, { type: Type }>);
    else reject(new Error(message.type === 'failed' ? message.reason : `${message.type} instead of ${type}`));
  };
  child.on('message', onMessage);
  child.on('exit', onExit);
  return promise;
}
