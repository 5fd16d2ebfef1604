/**
 * The hot half, in a thread of its own: sockets, envelope, journal, ack. Nothing a rule, a plugin or a web request does
 * can delay it.
 */

import { setPriority } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { scanEnvelope } from '../alert/envelope.ts';
import { withFields } from '../common/log.ts';
import { LoopLag } from '../common/loop-lag.ts';
import { type LogMessage, threadLog } from '../common/thread.ts';
import type { Entry } from '../journal/log/record.ts';
import { LogWriter } from '../journal/log/writer.ts';
import { Receiver } from '../vtp/receiver/receiver.ts';
import { Subscriber } from '../vtp/subscriber/subscriber.ts';
import { Examination } from './examination.ts';
import { GroupCommit } from './group-commit.ts';
import type {
  FromIntake,
  IntakeData,
  IntakeReport,
  Source,
  SourceProblem,
  SourceReport,
  ToIntake,
} from './messages.ts';

/** Before all that has no priority of its own. */
const FIRST = -10;
/** Of documents that come closer together, or are larger, the main thread is told when they are in the journal, and no sooner. */
const ANNOUNCED = { everyMs: 4, bytes: 64 * 1024 };

interface Running {
  readonly source: Source;
  readonly report: () => SourceReport;
  /** Why it cannot do its work, once that is known. */
  readonly started: Promise<string | undefined>;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

const port = parentPort;
if (port === null) throw new Error('The intake thread cannot run on its own.');
const say = (message: FromIntake | LogMessage): void => port.postMessage(message);

const log = threadLog(say);
comeFirst();

const { journalPath, segment, commits: keeper } = workerData as IntakeData;
const journal = new LogWriter(journalPath, segment);
const examination = new Examination();
const commits = new GroupCommit(
  journal,
  log,
  () => keeper.postMessage(journal.position),
  (entry) => announce(entry),
);
let announcedAt = Number.NEGATIVE_INFINITY;
const lag = new LoopLag();
const running = new Map<string, Running>();

/**
 * On Linux the priority is a thread's own. In a burst the other threads have work for all processors there are, and no ack is
 * to wait for them.
 */
function comeFirst(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(FIRST);
  } catch {
    // It takes a right (LimitNICE of systemd), and works without, too.
  }
}

/** Gives a document to the main thread while it is being written: it has most to do with it, and would be waiting. */
function announce({ source, receivedAt, packet }: Entry): void {
  const now = performance.now();
  if (packet.length > ANNOUNCED.bytes || now - announcedAt < ANNOUNCED.everyMs) return;
  announcedAt = now;
  const copy = new Uint8Array(packet);
  port?.postMessage({ type: 'coming', document: { source, receivedAt, packet: copy } }, [copy.buffer]);
}

function start(source: Source): void {
  const { name } = source;
  const stop = new AbortController();
  const store = commits.storeFor(name);
  const totals = () => commits.totalsOf(name);
  const itsLog = withFields(log, { source: name });
  switch (source.type) {
    case 'vtp': {
      const subscriber = new Subscriber(source.settings, store, itsLog);
      const report = (): SourceReport => ({ type: 'vtp', name, status: subscriber.status, totals: totals() });
      const ended = subscriber.start(stop.signal);
      running.set(name, { source, report, started: Promise.resolve(undefined), stop, ended });
      return;
    }
    case 'receiver': {
      const { validate, ...settings } = source.settings;
      const receiver = new Receiver(settings, store, (packet) => examination.examine(packet, validate), itsLog);
      const report = (): SourceReport => ({ type: 'receiver', name, status: receiver.status, totals: totals() });
      const ended = receiver.start(stop.signal);
      running.set(name, { source, report, started: receiver.started, stop, ended });
      return;
    }
  }
}

async function stop(name: string): Promise<void> {
  const source = running.get(name);
  running.delete(name);
  source?.stop.abort();
  await source?.ended;
}

async function reconcile(sources: readonly Source[]): Promise<readonly SourceProblem[]> {
  const wanted = new Map(sources.map((source) => [source.name, source]));
  for (const [name, { source }] of [...running]) {
    if (!isDeepStrictEqual(wanted.get(name), source)) await stop(name);
  }
  for (const source of sources) if (!running.has(source.name)) start(source);
  const started = [...running].map(async ([name, one]) => ({ name, problem: await one.started }));
  return (await Promise.all(started)).flatMap(({ name, problem }) =>
    problem === undefined ? [] : [{ name, problem }],
  );
}

function keep(source: string, packet: Buffer): void {
  const now = { receivedAt: Date.now(), arrivedAt: performance.now() };
  commits.storeFor(source).store({ packet, envelope: scanEnvelope(packet), peer: 'voeventd', ...now }, () => false);
}

function report(): IntakeReport {
  const sources = [...running.values()].map((source) => source.report());
  return { sources, ack: commits.ack, lag: lag.snapshot, journalProblem: commits.problem };
}

async function end(): Promise<void> {
  // What has arrived is committed by the immediate that is already queued, and acknowledged before the connection ends.
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([...running.keys()].map(stop));
  await new Promise((resolve) => setImmediate(resolve));
  lag.stop();
  await examination.close();
  journal.close();
  keeper.close();
  port?.close();
}

let work = Promise.resolve();
port.on('message', (message: ToIntake) => {
  switch (message.type) {
    case 'report':
      say({ type: 'report', report: report() });
      return;
    case 'sources':
      if (message.inspect !== undefined) examination.use(message.inspect);
      work = work.then(async () => say({ type: 'running', problems: await reconcile(message.sources) }));
      return;
    case 'keep':
      keep(message.source, Buffer.from(message.packet));
      return;
    case 'stop':
      work = work.then(end);
      return;
  }
});
say({ type: 'ready' });
