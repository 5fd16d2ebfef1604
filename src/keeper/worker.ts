/**
 * The journal's keeper, in a thread of its own: takes into the journal what the intake has put on disk, and keeps the
 * journal's files tidy. Neither the intake nor the main thread waits for it.
 */

import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { explain } from '../common/errors.ts';
import { LoopLag } from '../common/loop-lag.ts';
import { type LogMessage, threadLog } from '../common/thread.ts';
import { isDamage } from '../journal/corrupt.ts';
import { JournalImporter } from '../journal/import.ts';
import { Blanks } from '../journal/log/blanks.ts';
import type { LogPosition } from '../journal/log/segments.ts';
import { JournalRetention } from '../journal/retention.ts';
import type { FromKeeper, KeeperData, ToKeeper } from './messages.ts';
import { Retiring } from './retiring.ts';
import { Taking, type TakingJournal } from './taking.ts';

const TIDY_MS = 2_000;

const port = parentPort;
if (port === null) throw new Error('The keeper thread cannot run on its own.');
const say = (message: FromKeeper | LogMessage): void => port.postMessage(message);
const log = threadLog(say);

const { journalPath, start, commits } = workerData as KeeperData;
const journal = new JournalImporter(journalPath);
let news: MessagePort | undefined;
const watched: TakingJournal = {
  position: () => journal.position(),
  take: (entries, until) => noticing(() => journal.take(entries, until)),
  checkpoint: () => noticing(() => journal.checkpoint()),
};
const blanks = new Blanks(journalPath);
const taking = new Taking(journalPath, watched, start, blanks, log, (added, duplicates) => {
  if (added > 0) news?.postMessage(added);
  say({ type: 'taken', added, duplicates });
  if (journal.isLogLong) setImmediate(() => tidily(() => taking.tidy(() => journal.restartLog())));
});
const retention = new JournalRetention(journalPath);
const retiring = new Retiring(retention, log);
const lag = new LoopLag();
const tidying = setInterval(
  () =>
    tidily(() => {
      taking.tidy();
      blanks.tend();
    }),
  TIDY_MS,
);

/** Says so where the file turns out to be damaged. */
function noticing<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (isDamage(error)) say({ type: 'damaged', reason: explain(error) });
    throw error;
  }
}

function tidily(work: () => void): void {
  try {
    work();
  } catch (error) {
    log.warn(`Cannot tidy the journal's log into its file: ${explain(error)}. It is tried again`);
  }
}

function end(): void {
  clearInterval(tidying);
  blanks.stop();
  retiring.stop();
  retention.close();
  lag.stop();
  commits.close();
  taking.end();
  journal.close();
  news?.close();
  port?.close();
}

commits.on('message', (until: LogPosition) => taking.reach(until));
port.on('message', (message: ToKeeper) => {
  switch (message.type) {
    case 'news':
      news?.close();
      news = message.port;
      return;
    case 'retain':
      retiring.configure(message.retention);
      return;
    case 'report':
      say({ type: 'report', report: { problem: taking.problem, lag: lag.snapshot } });
      return;
    case 'stop':
      end();
      return;
  }
});
taking.reach(start);
tidily(() => blanks.tend());
