/**
 * The web, in a thread of its own: status page, feeds, metrics and API. It reads the journal, asks the main thread what
 * the parts do, and is waited for by nobody: what it does delays no alert.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { setPriority } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { type LogMessage, Question, threadLog } from '../common/thread.ts';
import type { Answers } from './answers.ts';
import { Unanswered } from './context.ts';
import type { FromWeb, Served, ToWeb, WebData, WebSettings } from './messages.ts';
import { WebServer } from './server.ts';
import type { Snapshot } from './snapshot.ts';

/** The main thread decides and hands on in steps of milliseconds; one that does not answer for so long hangs. */
const PATIENCE_MS = 5_000;
/** Of the others' processor time, only what they leave. */
const NICE = 5;

const port = parentPort;
if (port === null) throw new Error('The thread of the status page cannot run on its own.');
const say = (message: FromWeb | LogMessage): void => port.postMessage(message);
const log = threadLog(say);
giveWay();

const { journalPath } = workerData as WebData;
const question = new Question<Snapshot>();
interface Running {
  readonly settings: WebSettings;
  readonly server: WebServer;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

let running: Running | undefined;
let loading: Promise<Answers> | undefined;
/** Once somebody has looked. */
let answers: Answers | undefined;

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
  const server = new WebServer(settings, answerUnder(settings), log);
  const stop = new AbortController();
  running = { settings, server, stop, ended: server.run(stop.signal) };
  return await server.started;
}

async function stopServer(): Promise<void> {
  const last = running;
  running = undefined;
  answers?.end();
  last?.stop.abort();
  await last?.ended;
}

/** Loads what answers when the first request comes: where nobody looks, nobody pays. */
function answerUnder(settings: WebSettings): (request: IncomingMessage, response: ServerResponse) => void {
  let answer: ReturnType<Answers['under']> | undefined;
  const first = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    loading ??= import('./answers.ts').then(({ Answers }) => new Answers(journalPath, ask, log));
    answers = await loading;
    answer ??= answers.under(settings);
    answer(request, response);
  };
  return (request, response) => {
    if (answer === undefined) void first(request, response);
    else answer(request, response);
  };
}

async function end(): Promise<void> {
  await stopServer();
  answers?.close();
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
