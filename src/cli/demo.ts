import { resolve } from 'node:path';
import { aborted, pause } from '../common/abort.ts';
import { embedded } from '../common/embedded.ts';
import { UserError } from '../common/errors.ts';
import { type Log, withFields } from '../common/log.ts';
import { ConfigDocument } from '../config/document.ts';
import { formatProblem } from '../config/problem.ts';
import { Daemon } from '../daemon.ts';
import { discard, prepare } from '../prepare.ts';
import { RehearsalBroker } from '../rehearsal/broker.ts';
import { samplesProgram } from '../rehearsal/packets.ts';
import { formatReport } from '../rehearsal/report.ts';
import { SAMPLE_COUNT } from '../rehearsal/samples.ts';
import { writeDemoFiles } from './demo-files.ts';
import { EXIT, type Exit } from './exit.ts';
import { fromHere } from './files.ts';
import { createLogger, type Logger } from './logger.ts';
import { stopSignal } from './signals.ts';
import { runName } from './simulate.ts';

export interface DemoOptions {
  readonly directory: string;
  readonly once?: boolean;
}

/** Alerts a second: while the first ones are shown, and from then on. */
const RATE = { first: 2, later: 0.1 };
const LOOK_MS = 100;

/** `voeventd demo`: a broker and the daemon, side by side. */
export async function demo(options: DemoOptions, exit: Exit): Promise<number> {
  const directory = resolve(options.directory);
  const log = await createLogger({ level: 'info', format: 'pretty' });
  const stop = stopSignal(exit, () => log.flush());
  const closing = new AbortController();
  const broker = new RehearsalBroker(
    {
      host: '127.0.0.1',
      port: 0,
      rate: RATE.first,
      count: options.once === true ? SAMPLE_COUNT : Number.POSITIVE_INFINITY,
      window: 10,
      iamaliveMs: 60_000,
    },
    samplesProgram(runName()),
    labelled(log),
  );
  try {
    const port = await broker.start(closing.signal);
    const config = writeDemoFiles(directory, port);
    process.stdout.write(introduction(port, fromHere(config)));
    const daemon = await startDaemon(config, log);
    await untilHandled(broker, daemon, stop);
    await log.flush();
    if (!stop.aborted) {
      process.stdout.write(whereToLook(directory, options.once === true, daemon.statusPage));
      broker.pace(RATE.later);
      if (options.once !== true) await aborted(stop);
    }
    await daemon.stop();
    await log.flush();
  } finally {
    closing.abort();
  }
  await log.flush();
  process.stdout.write(
    `\nThe demo has ended. The broker says: ${formatReport(broker.report()).replaceAll('\n', '; ')}.\n`,
  );
  return EXIT.ok;
}

async function startDaemon(config: string, log: Logger): Promise<Daemon> {
  const { prepared, problems } = await prepare(ConfigDocument.read(config), (handler) => withFields(log, { handler }));
  if (prepared === undefined || problems.length > 0) {
    await discard(prepared?.handlers ?? []);
    throw new UserError('demo.config', `Cannot run the demo:\n${problems.map(formatProblem).join('\n')}`);
  }
  const failed = (error: Error): never => {
    throw error;
  };
  const damaged = (reason: string): never => failed(new Error(`the journal is damaged: ${reason}`));
  return await Daemon.start(prepared, log, { failed, damaged }).catch(async (error: unknown) => {
    // Or the plugin's process would keep this one.
    await discard(prepared.handlers);
    throw error;
  });
}

/** Waits until the first alerts are acknowledged, and every delivery has ended. */
async function untilHandled(broker: RehearsalBroker, daemon: Daemon, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await pause(LOOK_MS, stop);
    if (broker.report().acknowledged < SAMPLE_COUNT) continue;
    const { undecided, deliveries } = daemon.counts();
    const open = (deliveries.pending ?? 0) + (deliveries.running ?? 0) + (deliveries.retrying ?? 0);
    if (undecided === 0 && open === 0) return;
  }
}

/** The broker's lines beside the daemon's. */
function labelled(log: Log): Log {
  return { ...log, info: (message, fields) => log.info(`(demo broker) ${message}`, fields) };
}

/** How to start this program from here. */
function program(): string {
  return embedded() === undefined ? 'voeventd' : fromHere(process.execPath);
}

function introduction(port: number, config: string): string {
  return `voeventd demo: a broker on 127.0.0.1:${port} plays ${SAMPLE_COUNT} invented alerts; the daemon beside it runs with ${config}.
Watch for: each alert kept before it is acknowledged; "keep" archiving it; "slew" running a program for well-placed
observations only; the tests held back from "slew" and "notes".

`;
}

function whereToLook(directory: string, once: boolean, page: string | undefined): string {
  const here = fromHere(directory);
  const live = once || page === undefined ? '' : `  ${page}  what the daemon does, live: open it in a browser\n`;
  return `
Where to look next:
${live}  ${here}/archive        the packets, byte for byte, as "keep" saved them
  ${here}/journal.db     alerts, decisions and deliveries: sqlite3 opens it
  ${here}/voeventd.yaml  the configuration; "slew" runs ${here}/slew.sh
  ${here}/plugins        your own plugins; this one is TypeScript, with nothing installed
  ${program()} --help      the commands: check, listen, parse, simulate, …
${once ? '' : 'One more alert comes every 10 seconds. Ctrl-C ends the demo.\n'}`;
}
