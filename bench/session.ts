import { join } from 'node:path';
import { Broker } from './broker.ts';
import type { Running, Subject } from './subject.ts';

/** Options of a run that every measurement needs. */
export interface Bench {
  /** The packaged daemon. */
  readonly executable: string;
  /** An empty directory on the disk to measure. */
  readonly directory: string;
  /** How long one window is measured. */
  readonly seconds: number;
  readonly repetitions: number;
}

let sessions = 0;

/** A directory of its own for one session; it is made by whoever uses it. */
export function sessionDirectory(bench: Bench): string {
  sessions += 1;
  return join(bench.directory, String(sessions));
}

/** Starts a fresh load generator and a fresh subject, lets them meet, and ends both whatever happens. */
export async function session<Result>(
  bench: Bench,
  subject: Subject,
  measure: (broker: Broker, running: Running, directory: string) => Promise<Result>,
): Promise<Result> {
  const directory = sessionDirectory(bench);
  const broker = await Broker.start();
  const connected = broker.connected();
  const running = subject.start(broker.port, directory);
  try {
    await withDeadline(connected, `${subject.name} did not connect; look into ${directory}`);
    return await measure(broker, running, directory);
  } finally {
    await running.kill();
    await broker.stop();
  }
}

const CONNECT_MS = 15_000;

/** @throws when the event has not come in reasonable time */
export async function withDeadline<Event>(event: Promise<Event>, reason: string, ms = CONNECT_MS): Promise<Event> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(reason)), ms);
  return await Promise.race([event, promise]).finally(() => clearTimeout(timer));
}
