/** Plays authors, in a process of its own: each event on a connection of its own, as VTP wants it. */
import { connect } from 'node:net';
import { cpuLoad, monotonicNs } from './clock.ts';
import { findNumber, frames, readNumber } from './packet.ts';
import { type AuthorsJob, type AuthorsResult, FIRST_OF_AUTHORS, type Said } from './relay-jobs.ts';

const PREFIX_BYTES = 4;

const say = (message: Said<AuthorsResult>): void => {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
};

let lastNumber = FIRST_OF_AUTHORS;

/** Sends one event; resolves when it is acknowledged. */
function publish(port: number, number: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  let answer: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk]);
    if (answer.length < PREFIX_BYTES || answer.length < PREFIX_BYTES + answer.readUInt32BE()) return;
    const numberAt = findNumber(answer);
    const isAck = /role=["']ack["']/.test(answer.toString('latin1'));
    if (isAck && numberAt !== undefined && readNumber(answer, numberAt) === number) resolve();
    else reject(new Error(`instead of an ack of ${number}: ${answer.toString('latin1')}`));
    socket.end();
  });
  socket.on('error', reject);
  socket.on('close', () => reject(new Error(`no answer to ${number}`)));
  socket.write(frames(number, 1));
  return promise;
}

async function submit(job: Extract<AuthorsJob, { kind: 'submit' }>): Promise<AuthorsResult> {
  const measureAt = performance.now() + job.warmUpMs;
  const endAt = measureAt + job.ms;
  const load = cpuLoad();
  const latenciesMs: number[] = [];
  const author = async (): Promise<void> => {
    for (let now = performance.now(); now < endAt; now = performance.now()) {
      lastNumber += 1;
      await publish(job.port, lastNumber);
      const answeredAt = performance.now();
      if (answeredAt >= measureAt && answeredAt < endAt) latenciesMs.push(answeredAt - now);
    }
  };
  await Promise.all(Array.from({ length: job.authors }, author));
  return { acked: latenciesMs.length, seconds: job.ms / 1_000, load: load(), latenciesMs, numbers: [], sentAtNs: [] };
}

async function pace(job: Extract<AuthorsJob, { kind: 'pace' }>): Promise<AuthorsResult> {
  const numbers: number[] = [];
  const sentAtNs: number[] = [];
  const published: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < job.count; index += 1) {
    await sleep(startedAt + (index * 1_000) / job.perSecond - performance.now());
    lastNumber += 1;
    numbers.push(lastNumber);
    sentAtNs.push(monotonicNs());
    published.push(publish(job.port, lastNumber));
  }
  await Promise.all(published);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { acked: job.count, seconds, load: 0, latenciesMs: [], numbers, sentAtNs };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

process.on('message', async (job: AuthorsJob) => {
  try {
    say({ type: 'result', result: await (job.kind === 'submit' ? submit(job) : pace(job)) });
  } catch (error) {
    say({ type: 'failed', reason: String(error) });
  }
});
process.once('disconnect', () => process.exit());
