import { type MessagePort, Worker } from 'node:worker_threads';
import { embedded } from './embedded.ts';
import type { Log, LogLevel } from './log.ts';

/** A line for the log, from a thread that has none. */
export interface LogMessage {
  readonly type: 'log';
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Record<string, unknown> | undefined;
}

/** The log of a thread: its lines go to whoever has started it. */
export function threadLog(say: (message: LogMessage) => void): Log {
  const write =
    (level: LogLevel) =>
    (message: string, fields?: Record<string, unknown>): void =>
      say({ type: 'log', level, message, fields });
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

export interface ThreadEvents<From> {
  said(message: From): void;
  /** It died of a fault of ours. */
  failed(error: Error): void;
  /** Once, and last. */
  exited(): void;
}

/**
 * What a thread makes lives as long as a commit or a write. V8 would let its nursery grow by tens of megabytes in a burst,
 * for nothing that lasts.
 */
const LIMITS = { maxYoungGenerationSizeMb: 6 };

/** `web` shares the application's modules, which it loads as it needs them; the others are scripts of their own. */
type ThreadName = 'intake' | 'keeper' | 'broadcast' | 'web';

function startWorker(name: ThreadName, source: URL, data: unknown, transfer: MessagePort[]): Worker {
  const options = { workerData: data, transferList: transfer, resourceLimits: LIMITS };
  const program = embedded();
  if (program === undefined) return new Worker(source, options);
  if (name !== 'web') return new Worker(program.worker(name), { ...options, eval: true });
  const { script, data: modules } = program.thread(name);
  return new Worker(script, { ...options, workerData: { ...(data as object), embedded: modules }, eval: true });
}

/** One of the daemon's threads, as the main thread sees it. */
export class Thread<To, From extends { readonly type: string }> {
  readonly #worker: Worker;
  readonly #exited = Promise.withResolvers<void>();
  #hasExited = false;

  /**
   * @param name of the script in the executable
   * @param source the script when running from the sources
   * @param transfer ports in `data` that go over to it
   */
  constructor(
    name: ThreadName,
    source: URL,
    data: unknown,
    log: Log,
    events: ThreadEvents<From>,
    transfer: MessagePort[] = [],
  ) {
    this.#worker = startWorker(name, source, data, transfer);
    this.#worker.on('message', (message: From | LogMessage) => {
      if (isLogMessage(message)) log[message.level](message.message, message.fields);
      else events.said(message as From);
    });
    this.#worker.once('error', (error) => events.failed(error instanceof Error ? error : new Error(String(error))));
    this.#worker.once('exit', () => {
      this.#hasExited = true;
      events.exited();
      this.#exited.resolve();
    });
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  /** Resolves when it has ended. */
  get exited(): Promise<void> {
    return this.#exited.promise;
  }

  /** Ends it where it stands. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  say(message: To, transfer: MessagePort[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}

function isLogMessage(message: { readonly type: string }): message is LogMessage {
  return message.type === 'log';
}

/** A question to a thread; whoever asks while it is on its way gets the same answer. */
export class Question<Answer> {
  #asked: PromiseWithResolvers<Answer> | undefined;

  /** @param send sends the question */
  ask(send: () => void): Promise<Answer> {
    if (this.#asked === undefined) {
      this.#asked = Promise.withResolvers();
      send();
    }
    return this.#asked.promise;
  }

  answer(answer: Answer): void {
    this.#asked?.resolve(answer);
    this.#asked = undefined;
  }
}

/** Orders to a thread, each with its outcome, in order. */
export class Orders<Outcome> {
  readonly #given: PromiseWithResolvers<Outcome>[] = [];

  give(send: () => void): Promise<Outcome> {
    const given = Promise.withResolvers<Outcome>();
    this.#given.push(given);
    send();
    return given.promise;
  }

  /** The oldest is carried out. */
  done(outcome: Outcome): void {
    this.#given.shift()?.resolve(outcome);
  }

  /** None of them will be carried out any more. */
  end(outcome: Outcome): void {
    for (const { resolve } of this.#given.splice(0)) resolve(outcome);
  }
}
