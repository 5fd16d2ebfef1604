/**
 * The broadcast, in a thread of its own: subscribers' sockets, and nothing that takes long. What an alert holds is looked
 * at in yet another thread; what a subscriber does never reaches the intake.
 */

import { isDeepStrictEqual } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { LoopLag } from '../common/loop-lag.ts';
import { type LogMessage, threadLog } from '../common/thread.ts';
import { RelayJournal } from '../journal/relay.ts';
import { Broadcaster } from '../vtp/broadcaster/broadcaster.ts';
import type { Outgoing } from '../vtp/broadcaster/outgoing.ts';
import { Feed } from './feed.ts';
import { Inspection } from './inspection.ts';
import type { BroadcastData, BroadcastReport, BroadcastSettings, FromBroadcast, ToBroadcast } from './messages.ts';
import { Positions } from './positions.ts';

interface Running {
  readonly settings: BroadcastSettings;
  readonly broadcaster: Broadcaster;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

const SAVE_MS = 1_000;
/** What the journal still has is handed on in this time before the connections end. */
const LAST_MS = 2_000;
const LOOK_MS = 10;

const port = parentPort;
if (port === null) throw new Error('The broadcasting thread cannot run on its own.');
const say = (message: FromBroadcast | LogMessage): void => port.postMessage(message);
const log = threadLog(say);

const { journalPath, inspect, news } = workerData as BroadcastData;
const journal = new RelayJournal(journalPath);
const positions = new Positions(journal, log, journal.head(), Date.now());
const inspection = new Inspection(inspect, (filter) => running?.broadcaster.dropFilter(filter));
let running: Running | undefined;
const audience = {
  get hasAudience(): boolean {
    return running?.broadcaster.hasAudience === true;
  },
  get isHungry(): boolean {
    return running?.broadcaster.isHungry === true;
  },
  publish: (items: readonly Outgoing[], matched?: readonly (readonly number[])[]): void =>
    running?.broadcaster.publish(items, matched),
};
const feed = new Feed(journal, inspection, audience, log);
const lag = new LoopLag();
const saving = setInterval(save, SAVE_MS);

function save(): void {
  const head = feed.head(true);
  positions.save(running?.broadcaster.settled(head) ?? head, Date.now());
}

async function configure(settings: BroadcastSettings): Promise<string | undefined> {
  const { rule, compose, trusted, catchUpMs, ...connection } = settings;
  inspection.configure({ rule, compose, trusted });
  positions.configure(catchUpMs);
  if (running !== undefined) {
    const { rule: _, compose: __, trusted: ___, catchUpMs: ____, ...before } = running.settings;
    // Who is connected stays so when only what is handed on has changed.
    if (isDeepStrictEqual(before, connection)) return undefined;
    await stopBroadcaster();
  }
  const broadcaster = new Broadcaster(settings, {
    ...{ backlog: feed, filters: inspection.filters, memory: positions, log },
    begin: () => positions.begin(feed.head(false), Date.now()),
    relieved: () => feed.wake(),
  });
  const stop = new AbortController();
  running = { settings, broadcaster, stop, ended: broadcaster.start(stop.signal) };
  return await broadcaster.started;
}

function report(): BroadcastReport {
  return { status: running?.broadcaster.status ?? { state: 'idle' }, lag: lag.snapshot };
}

async function stopBroadcaster(): Promise<void> {
  const last = running;
  last?.stop.abort();
  await last?.ended;
  running = undefined;
}

async function end(): Promise<void> {
  const deadline = performance.now() + LAST_MS;
  feed.wake();
  while (!feed.isIdle && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  feed.stop();
  clearInterval(saving);
  lag.stop();
  // While they are connected: afterwards nobody knows what they have no receipt for.
  const head = feed.head(true);
  const settled = running?.broadcaster.settled(head) ?? head;
  await stopBroadcaster();
  positions.save(settled, Date.now());
  await inspection.close();
  journal.close();
  news.close();
  port?.close();
}

news.on('message', () => feed.wake());
let work = Promise.resolve();
port.on('message', (message: ToBroadcast) => {
  switch (message.type) {
    case 'report':
      say({ type: 'report', report: report() });
      return;
    case 'configure':
      work = work.then(async () => say({ type: 'configured', problem: await configure(message.settings) }));
      return;
    case 'stop':
      work = work.then(end);
      return;
  }
});
