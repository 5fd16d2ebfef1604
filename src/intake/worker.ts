/**
 * The hot half, in a thread of its own: sockets, envelope, journal, ack. Nothing a rule, a plugin or a web request does
 * can delay it.
 */

import { parentPort, workerData } from 'node:worker_threads';
import type { Log, LogLevel } from '../common/log.ts';
import { withFields } from '../common/log.ts';
import { JournalAppender } from '../journal/append.ts';
import { Subscriber } from '../vtp/subscriber/subscriber.ts';
import { GroupCommit } from './group-commit.ts';
import type { FromIntake, IntakeData, ToIntake, VtpSource } from './messages.ts';

interface Running {
  readonly settings: string;
  readonly subscriber: Subscriber;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

const port = parentPort;
if (port === null) throw new Error('The intake thread cannot run on its own.');
const say = (message: FromIntake): void => port.postMessage(message);

const write =
  (level: LogLevel) =>
  (message: string, fields?: Record<string, unknown>): void =>
    say({ type: 'log', level, message, fields });
const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };

const { journalPath } = workerData as IntakeData;
const journal = new JournalAppender(journalPath);
const commits = new GroupCommit(journal, log, (added, duplicates) => say({ type: 'stored', added, duplicates }));
const running = new Map<string, Running>();

function start({ name, settings }: VtpSource): void {
  const stop = new AbortController();
  const subscriber = new Subscriber(settings, commits.storeFor(name), withFields(log, { source: name }));
  running.set(name, { settings: JSON.stringify(settings), subscriber, stop, ended: subscriber.start(stop.signal) });
}

async function stop(name: string): Promise<void> {
  const source = running.get(name);
  running.delete(name);
  source?.stop.abort();
  await source?.ended;
}

async function reconcile(sources: readonly VtpSource[]): Promise<void> {
  const wanted = new Map(sources.map((source) => [source.name, source]));
  for (const [name, { settings }] of [...running]) {
    const source = wanted.get(name);
    if (source === undefined || JSON.stringify(source.settings) !== settings) await stop(name);
  }
  for (const source of sources) if (!running.has(source.name)) start(source);
}

async function end(): Promise<void> {
  // What has arrived is committed by the immediate that is already queued, and acknowledged before the connection ends.
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([...running.keys()].map(stop));
  await new Promise((resolve) => setImmediate(resolve));
  journal.close();
  port?.close();
}

let work = Promise.resolve();
port.on('message', (message: ToIntake) => {
  switch (message.type) {
    case 'report':
      say({
        type: 'report',
        sources: [...running].map(([name, { subscriber }]) => ({ name, status: subscriber.status })),
      });
      return;
    case 'sources':
      work = work.then(() => reconcile(message.sources));
      return;
    case 'stop':
      work = work.then(end);
      return;
  }
});
say({ type: 'ready' });
