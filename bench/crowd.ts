/** Plays subscribers, in a process of its own. */
import { cpuLoad, monotonicNs } from './clock.ts';
import { connectDeaf, Reader } from './reader.ts';
import type { CrowdJob, CrowdResult, Said } from './relay-jobs.ts';

const say = (message: Said<CrowdResult>): void => {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
};

const AT_ONCE = 32;

let subscribers = 0;
let deliveries = 0;
let recording: { numbers: number[]; atNs: number[] } | undefined;
/** Called at each delivery. */
let onDelivery = (): void => {};
const failure = Promise.withResolvers<never>();
failure.promise.catch(() => {});

function arrived(number: number): void {
  deliveries += 1;
  recording?.numbers.push(number);
  recording?.atNs.push(monotonicNs());
  onDelivery();
}

async function join({ port, count, reads }: Extract<CrowdJob, { kind: 'join' }>): Promise<void> {
  if (!reads) {
    for (let index = 0; index < count; index += 1) connectDeaf(port);
    return;
  }
  // A few at a time: Comet lets no more than fifty wait for it.
  for (let left = count; left > 0; left -= AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, () => subscribe(port)));
  }
  subscribers += count;
}

/** Resolves when it was asked who it is, and has answered. */
function subscribe(port: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  new Reader(port, {
    greeted: resolve,
    alert: arrived,
    failed: (reason) => failure.reject(new Error(reason)),
  });
  return promise;
}

async function recorded(alerts: number): Promise<Pick<CrowdResult, 'numbers' | 'atNs'>> {
  const { promise, resolve } = Promise.withResolvers<void>();
  onDelivery = () => {
    if ((recording?.numbers.length ?? 0) >= alerts * subscribers) resolve();
  };
  onDelivery();
  await promise;
  onDelivery = () => {};
  const result = recording ?? { numbers: [], atNs: [] };
  recording = undefined;
  return result;
}

async function count(warmUpMs: number, ms: number): Promise<Pick<CrowdResult, 'deliveries' | 'seconds' | 'load'>> {
  await sleep(warmUpMs);
  const before = deliveries;
  const startedAt = performance.now();
  const load = cpuLoad();
  await sleep(ms);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { deliveries: deliveries - before, seconds, load: load() };
}

async function run(job: CrowdJob): Promise<CrowdResult> {
  const nothing: CrowdResult = { deliveries: 0, seconds: 0, load: 0, numbers: [], atNs: [] };
  switch (job.kind) {
    case 'join':
      await join(job);
      return nothing;
    case 'record':
      recording = { numbers: [], atNs: [] };
      return nothing;
    case 'recorded':
      return { ...nothing, ...(await recorded(job.alerts)) };
    case 'count':
      return { ...nothing, ...(await count(job.warmUpMs, job.ms)) };
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

process.on('message', async (job: CrowdJob) => {
  try {
    say({ type: 'result', result: await Promise.race([run(job), failure.promise]) });
  } catch (error) {
    say({ type: 'failed', reason: String(error) });
  }
});
process.once('disconnect', () => process.exit());
