/**
 * The web, in a thread of its own: status page, feeds, metrics and API. It reads the journal, asks the main thread what
 * the parts do, and is waited for by nobody: what it does delays no alert.
 */

import { setPriority } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { createPrettyPrinter, type PrettyPacket, type PrettyPrinter } from '../alert/pretty.ts';
import { explain } from '../common/errors.ts';
import { QuietLog } from '../common/quiet.ts';
import { type LogMessage, Question, threadLog } from '../common/thread.ts';
import { createApp } from './app.ts';
import { type Site, Unanswered } from './context.ts';
import { Desk } from './desk.ts';
import { Hub } from './hub.ts';
import type { FromWeb, Served, ToWeb, WebData, WebSettings } from './messages.ts';
import { WebServer } from './server.ts';
import type { Snapshot } from './snapshot.ts';

/** The main thread decides and hands on in steps of milliseconds; one that does not answer for so long hangs. */
const PATIENCE_MS = 5_000;
/** Of the others' processor time, only what they leave. */
const NICE = 5;
/** Longer ones are cut on the page. */
const MOST_CHARACTERS = 200_000;

const port = parentPort;
if (port === null) throw new Error('The thread of the status page cannot run on its own.');
const say = (message: FromWeb | LogMessage): void => port.postMessage(message);
const log = threadLog(say);
giveWay();

const { journalPath } = workerData as WebData;
const question = new Question<Snapshot>();
const problems = new QuietLog((message, fields) => log.error(message, fields));
const desk = new Desk(journalPath, ask);
const hub = new Hub(desk.journal, {
  after: (seq, limit) => desk.rows.after(seq, limit),
  latest: (limit) => desk.rows.list({}, limit),
  status: () => desk.status(),
  problem: (error) =>
    problems.say(
      'hub',
      `The status page cannot read what is new: ${explain(error)}; it is tried again`,
      {},
      Date.now(),
    ),
});

interface Running {
  readonly settings: WebSettings;
  readonly server: WebServer;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

let running: Running | undefined;
/** Loaded when it is first needed. */
let printer: Promise<PrettyPrinter> | undefined;

/** On Linux the priority is a thread's own. */
function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(NICE);
  } catch {
    // It works without, too.
  }
}

async function ask(): Promise<Snapshot> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Unanswered(`The daemon's main thread has not answered for ${PATIENCE_MS / 1_000} s.`)),
    PATIENCE_MS,
  );
  try {
    return await Promise.race([question.ask(() => say({ type: 'ask' })), promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function configure(settings: WebSettings): Promise<Served> {
  if (running !== undefined) {
    if (isDeepStrictEqual(running.settings, settings)) return await running.server.started;
    await stopServer();
  }
  const site: Site = { desk, hub, settings, log, pretty };
  const server = new WebServer(settings, createApp(site), log);
  const stop = new AbortController();
  running = { settings, server, stop, ended: server.run(stop.signal) };
  return await server.started;
}

async function stopServer(): Promise<void> {
  const last = running;
  running = undefined;
  hub.close();
  last?.stop.abort();
  await last?.ended;
}

async function pretty(packet: Buffer): Promise<PrettyPacket> {
  printer ??= createPrettyPrinter();
  return (await printer)(packet, MOST_CHARACTERS);
}

async function end(): Promise<void> {
  await stopServer();
  desk.close();
  port?.close();
}

let work = Promise.resolve();
port.on('message', (message: ToWeb) => {
  switch (message.type) {
    case 'snapshot':
      question.answer(message.snapshot);
      return;
    case 'configure':
      work = work.then(async () => say({ type: 'configured', served: await configure(message.settings) }));
      return;
    case 'stop':
      work = work.then(end);
      return;
  }
});
