/** The load generator: a process of its own that acts as a broker to one subscriber, whatever that is. */
import { createServer } from 'node:net';
import { Feed } from './feed.ts';
import type { CountJob, FromLoad, Job, JobResult, PaceJob, WindowJob } from './jobs.ts';

const say = (message: FromLoad): void => {
  // The bench may have ended us already.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
};

type Done = Omit<JobResult, 'sent'>;

/** Resolves when the feed owes nothing. */
function drained(feed: Feed): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => {
    if (feed.outstanding === 0) resolve();
  };
  feed.onAcks = look;
  look();
  return promise;
}

async function runWindow(feed: Feed, job: WindowJob): Promise<Done> {
  feed.onAcks = (count) => feed.send(count);
  feed.send(job.window);
  await sleep(job.warmUpMs);
  const latenciesMs: number[] = [];
  feed.onLatency = (ms) => latenciesMs.push(ms);
  const measured = stopwatch();
  await sleep(job.ms);
  const { seconds, generatorLoad } = measured();
  feed.onLatency = () => {};
  const acked = latenciesMs.length;
  await drained(feed);
  return { acked, seconds, latenciesMs, sentAtNs: [], generatorLoad };
}

async function runCount(feed: Feed, { window, count }: CountJob): Promise<Done> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count - window;
  let acked = 0;
  const measured = stopwatch();
  feed.onAcks = (acks) => {
    acked += acks;
    const more = Math.min(acks, left);
    left -= more;
    if (more > 0) feed.send(more);
    if (acked === count) resolve();
  };
  feed.send(window);
  await promise;
  return { acked, latenciesMs: [], sentAtNs: [], ...measured() };
}

async function runPace(feed: Feed, { perSecond, ms }: PaceJob): Promise<Done> {
  const latenciesMs: number[] = [];
  const sentAtNs: number[] = [];
  feed.onAcks = () => {};
  feed.onLatency = (latency) => latenciesMs.push(latency);
  const measured = stopwatch();
  const startedAt = performance.now();
  for (let due = 0; due < ms; due += 1_000 / perSecond) {
    await sleep(startedAt + due - performance.now());
    sentAtNs.push(Number(process.hrtime.bigint()));
    feed.send(1);
  }
  await drained(feed);
  feed.onLatency = () => {};
  return { acked: latenciesMs.length, latenciesMs, sentAtNs, ...measured() };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

function stopwatch(): () => { seconds: number; generatorLoad: number } {
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const seconds = (performance.now() - startedAt) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    return { seconds, generatorLoad: (user + system) / 1e6 / seconds };
  };
}

async function run(feed: Feed, job: Job): Promise<JobResult> {
  const before = feed.sent;
  const done = await doJob(feed, job);
  return { ...done, sent: feed.sent - before };
}

function doJob(feed: Feed, job: Job): Promise<Done> {
  switch (job.kind) {
    case 'window':
      return runWindow(feed, job);
    case 'count':
      return runCount(feed, job);
    case 'pace':
      return runPace(feed, job);
  }
}

const server = createServer({ noDelay: true }, (socket) => {
  const feed = new Feed(socket, (reason) => say({ type: 'failed', reason }));
  process.on('message', async (job: Job) => say({ type: 'result', result: await run(feed, job) }));
  say({ type: 'connected' });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) say({ type: 'listening', port: address.port });
});
process.once('disconnect', () => process.exit());
