import { aborted } from '../common/abort.ts';
import { messageOf, UserError } from '../common/errors.ts';
import { withFields } from '../common/log.ts';
import { VERSION } from '../common/version.ts';
import { findConfig } from '../config/find.ts';
import { formatProblem } from '../config/problem.ts';
import { Daemon } from '../daemon.ts';
import { discard, logSettings, type Prepared, prepare } from '../prepare.ts';
import { contents } from './check.ts';
import { EXIT, type Exit } from './exit.ts';
import { createLogger, type Logger } from './logger.ts';
import { stopSignal } from './signals.ts';

export interface RunOptions {
  readonly config?: string;
  /** Nothing is run, whatever the configuration says. */
  readonly pretend?: boolean;
}

/** `voeventd run`: until a signal says stop. */
export async function run(options: RunOptions, exit: Exit): Promise<number> {
  const document = await findConfig(options.config);
  const log = await createLogger(logSettings(document));
  // From now on: a signal that nobody listens to ends the process, also one that comes while it starts.
  const started = Promise.withResolvers<Started>();
  const signals = listenToSignals(started.promise, document.file);
  const { prepared, problems } = await prepare(document, (handler) => withFields(log, { handler }));
  if (prepared === undefined) {
    for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`);
    process.stderr.write(`voeventd: Cannot start with ${document.file}: ${count(problems.length)}.\n`);
    signals.end();
    return EXIT.failed;
  }
  const stop = stopSignal(exit, () => log.flush());
  const { pretend = false } = options;
  if (pretend) log.warn('Started with --pretend: no handler runs; for each alert the log says what would have run');
  const begin = (ready: Prepared): Promise<Running> =>
    start(ready, log, pretend).catch(async (error: unknown) => {
      signals.end();
      await discard(ready.handlers);
      throw error;
    });
  const { file } = document;
  let running = await begin(prepared);
  log.info(`voeventd ${VERSION} runs with ${file}: ${contents(prepared)}`, { pid: process.pid });
  started.resolve({ daemon: () => running.daemon, log });
  for (;;) {
    const trouble = await Promise.race([aborted(stop), running.trouble]);
    if (trouble === undefined) break;
    if (trouble.kind === 'fault') {
      const { stack, message } = trouble.error;
      log.error(
        `The intake thread failed, a fault in voeventd itself: ${stack ?? message}. Nothing acknowledged is lost; start again`,
      );
      await log.flush();
      exit(EXIT.fault);
    }
    log.error(
      `The journal turns out to be damaged: ${trouble.reason}. What runs may finish; then voeventd goes on with another one`,
    );
    await running.daemon.stop();
    running = await begin(await preparedAgain(file, log));
    log.warn(`voeventd goes on with ${file}`);
  }
  log.info(`Stopping: ${String(stop.reason)}. Running handlers may finish; a second signal exits at once`);
  signals.end();
  await running.daemon.stop();
  log.info('Stopped');
  // What nobody reads must not keep the process.
  if (!(await log.flush())) exit(EXIT.ok);
  return EXIT.ok;
}

function count(problems: number): string {
  return problems === 1 ? 'it has one problem' : `it has ${problems} problems`;
}

/** Why a daemon cannot go on. */
type Trouble =
  | { readonly kind: 'fault'; readonly error: Error }
  /** Of the journal; a clause. */
  | { readonly kind: 'damage'; readonly reason: string };

interface Running {
  readonly daemon: Daemon;
  /** Resolves when it cannot go on. */
  readonly trouble: Promise<Trouble>;
}

async function start(prepared: Prepared, log: Logger, pretend: boolean): Promise<Running> {
  const { promise: trouble, resolve } = Promise.withResolvers<Trouble>();
  const events = {
    failed: (error: Error) => resolve({ kind: 'fault', error }),
    damaged: (reason: string) => resolve({ kind: 'damage', reason }),
  };
  return { daemon: await Daemon.start(prepared, log, events, { pretend }), trouble };
}

/** @throws UserError when the file has problems by now */
async function preparedAgain(file: string, log: Logger): Promise<Prepared> {
  const { prepared, problems } = await prepare(await findConfig(file), (handler) => withFields(log, { handler }));
  for (const problem of problems) log.error(formatProblem(problem));
  if (prepared !== undefined) return prepared;
  throw new UserError('run.again', `Cannot start again with ${file}: ${count(problems.length)}.`);
}

interface Started {
  /** The one that runs now. */
  readonly daemon: () => Daemon;
  readonly log: Logger;
}

/** Reads the configuration again at each SIGHUP, one after the other, and tells how things stand at SIGUSR2. */
function listenToSignals(started: Promise<Started>, file: string): { end(): void } {
  let work: Promise<unknown> = started;
  let waiting = false;
  const onHangup = () => {
    // Signals that come while one reload waits are the same wish.
    if (waiting) return;
    waiting = true;
    work = work.then(async () => {
      waiting = false;
      const { daemon, log } = await started;
      await reload(daemon(), file, log);
    });
  };
  const onUser = () => void started.then(({ daemon }) => daemon().describe());
  process.on('SIGHUP', onHangup);
  process.on('SIGUSR2', onUser);
  return {
    end: () => {
      process.off('SIGHUP', onHangup);
      process.off('SIGUSR2', onUser);
    },
  };
}

async function reload(daemon: Daemon, file: string, log: Logger): Promise<void> {
  try {
    const { prepared, problems } = await prepare(await findConfig(file), (handler) => withFields(log, { handler }));
    for (const problem of problems) log.error(formatProblem(problem));
    if (prepared === undefined) {
      log.error(`The new ${file} is refused: ${count(problems.length)}. The old configuration goes on`);
      return;
    }
    const worse = prepared.handlers.filter(({ name, plugin }) => plugin.kind === 'broken' && daemon.runs(name));
    if (worse.length > 0) {
      await discard(prepared.handlers);
      log.error(
        `The new ${file} is refused: ${worse.map(({ name }) => name).join(', ')} would not run any more. The old configuration goes on`,
      );
      return;
    }
    log.setLevel(prepared.settings.log.level);
    await daemon.reload(prepared);
    log.info(`Reloaded ${file}`);
  } catch (error) {
    log.error(`Cannot reload ${file}: ${messageOf(error)} The old configuration goes on`);
  }
}
