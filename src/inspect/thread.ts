import { Worker, type WorkerOptions } from 'node:worker_threads';
import { explain } from '../common/errors.ts';
import type { Answer, FromThread, InspectProgram, Job, Purpose, ThreadData, Verdict } from './messages.ts';

/** An ordinary packet takes a millisecond or two, the largest a hundred; the rest is for a machine that is busy. */
const LIMIT_MS = 2_000;
const LOADING_MS = 30_000;
const LOOK_MS = 100;
/** A thread that has died this often without an answer in between will not come to life by another try. */
const MOST_DEATHS = 5;
/** libxml2 keeps what it needs outside of the heap; what is in it lives as long as one packet. */
const LIMITS = { maxYoungGenerationSizeMb: 8 };

interface Waiting {
  readonly job: Job;
  readonly verdict: ((verdict: Verdict) => void) | undefined;
  readonly resolve: (answer: Answer) => void;
}

/**
 * The inspecting thread, as its owner sees it: jobs are done in order, one that takes too long is ended with the thread,
 * and the others go on in the next one. Starts at the first job.
 */
export class InspectThread {
  readonly #program: InspectProgram;
  readonly #purpose: Purpose;
  readonly #setup: () => readonly Job[];
  readonly #limitMs: number;
  #current = new Int32Array(new SharedArrayBuffer(4));
  #waiting: Waiting[] = [];
  #worker: Worker | undefined;
  #ready = false;
  /** Answers that belong to the setup of a new thread. */
  #unclaimed = 0;
  #headSince = 0;
  #deaths = 0;
  #clock: NodeJS.Timeout | undefined;
  #replacing: NodeJS.Immediate | undefined;
  #closed = false;

  /**
   * @param purpose which of the jobs it does
   * @param setup jobs that a new thread must do first, so that it knows what the last one knew
   */
  constructor(program: InspectProgram, purpose: Purpose, setup: () => readonly Job[] = () => [], limitMs = LIMIT_MS) {
    this.#program = program;
    this.#purpose = purpose;
    this.#setup = setup;
    this.#limitMs = limitMs;
  }

  /** Starts the thread, so that the first job finds it ready. */
  warmUp(): void {
    if (this.#worker === undefined && this.#replacing === undefined && !this.#closed) this.#spawn();
  }

  /** Does the job after those before it. Never rejects. @param verdict called before the answer, for `relay` */
  run(job: Job, verdict?: (verdict: Verdict) => void): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    if (this.#closed) {
      resolve({ type: 'failed', reason: 'voeventd stops' });
      return promise;
    }
    this.warmUp();
    if (this.#waiting.push({ job, verdict, resolve }) === 1) this.#headSince = performance.now();
    this.#worker?.postMessage(job);
    return promise;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#clock);
    clearImmediate(this.#replacing);
    const worker = this.#worker;
    this.#worker = undefined;
    for (const { resolve } of this.#waiting.splice(0)) resolve({ type: 'failed', reason: 'voeventd stops' });
    await worker?.terminate();
  }

  #spawn(): Worker {
    this.#ready = false;
    this.#current = new Int32Array(new SharedArrayBuffer(4));
    const worker = startWorker(this.#program, { purpose: this.#purpose, current: this.#current });
    this.#worker = worker;
    worker.on('message', (message: FromThread) => {
      if (this.#worker === worker) this.#hear(message);
    });
    worker.once('error', (error) => {
      if (this.#worker === worker) this.#replace(`the inspecting thread failed: ${explain(error)}`);
    });
    const setup = this.#setup();
    this.#unclaimed = setup.length;
    for (const job of setup) worker.postMessage(job);
    this.#clock ??= setInterval(() => this.#look(), LOOK_MS).unref();
    return worker;
  }

  #hear(message: FromThread): void {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#headSince = performance.now();
        return;
      case 'verdict':
        this.#waiting[0]?.verdict?.(message.verdict);
        return;
      case 'answer':
        this.#headSince = performance.now();
        this.#deaths = 0;
        if (this.#unclaimed > 0) this.#unclaimed -= 1;
        else this.#waiting.shift()?.resolve(message.answer);
        return;
    }
  }

  #look(): void {
    if (!this.#ready || (this.#waiting.length === 0 && this.#unclaimed === 0)) return;
    // Libraries are loaded at our own wish, and on a busy machine that takes what it takes.
    const isLoading = this.#unclaimed > 0 || this.#waiting[0]?.job.type === 'configure';
    const lasted = performance.now() - this.#headSince;
    if (lasted > (isLoading ? LOADING_MS : this.#limitMs))
      this.#replace(`it took longer than ${this.#limitMs / 1_000} s`);
  }

  /** Ends the thread and the job it is at, and does the others in another. */
  #replace(reason: string): void {
    const old = this.#worker;
    this.#worker = undefined;
    void old?.terminate();
    this.#deaths += 1;
    const filter = Atomics.load(this.#current, 0);
    const failed: Answer = { type: 'failed', reason, ...(filter === 0 ? {} : { filter }) };
    const given = this.#deaths >= MOST_DEATHS ? this.#waiting.splice(0) : this.#waiting.splice(0, 1);
    for (const { resolve } of given) resolve(failed);
    // Whoever was told may have something to say about the setup first.
    this.#replacing = setImmediate(() => {
      this.#replacing = undefined;
      if (this.#waiting.length === 0) return;
      const worker = this.#spawn();
      for (const { job } of this.#waiting) worker.postMessage(job);
    });
  }
}

/** libxml2 writes to the standard streams what we say better ourselves: they are taken, and not read. */
function startWorker(program: InspectProgram, data: ThreadData): Worker {
  const options: WorkerOptions = { resourceLimits: LIMITS, stdout: true, stderr: true };
  const worker =
    program.kind === 'file'
      ? new Worker(new URL(program.url), { ...options, workerData: data })
      : new Worker(program.script, { ...options, eval: true, workerData: { ...data, embedded: program.embedded } });
  worker.stdout.resume();
  worker.stderr.resume();
  return worker;
}
