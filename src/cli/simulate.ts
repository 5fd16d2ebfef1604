import { aborted } from '../common/abort.ts';
import { RehearsalBroker } from '../rehearsal/broker.ts';
import { filesProgram, samplesProgram } from '../rehearsal/packets.ts';
import { formatReport } from '../rehearsal/report.ts';
import { EXIT, type Exit } from './exit.ts';
import { createLogger } from './logger.ts';
import { stopSignal } from './signals.ts';

export interface SimulateOptions {
  readonly host: string;
  readonly port: number;
  readonly rate: number;
  readonly count?: number;
  readonly window: number;
  readonly iamalive: number;
}

/** `voeventd simulate`: until all is played, or a signal says stop. */
export async function simulate(paths: readonly string[], options: SimulateOptions, exit: Exit): Promise<number> {
  const { host, port, rate, window, iamalive } = options;
  const program = paths.length === 0 ? samplesProgram(runName()) : filesProgram(paths);
  const count = options.count ?? program.length;
  const log = await createLogger({ level: 'info', format: 'auto' });
  const broker = new RehearsalBroker({ host, port, rate, count, window, iamaliveMs: iamalive * 1_000 }, program, log);
  const stop = stopSignal(exit);
  const closing = new AbortController();
  const listening = await broker.start(closing.signal);
  process.stdout.write(
    `Playing ${count} alerts on ${host}:${listening}, ${rate} a second, once somebody subscribes. Ctrl-C ends it.\n`,
  );
  await Promise.race([broker.finished(), aborted(stop)]);
  closing.abort();
  const report = broker.report();
  await log.flush();
  process.stdout.write(`${formatReport(report)}\n`);
  return report.wrongs.size === 0 && report.acknowledged === count ? EXIT.ok : EXIT.failed;
}

/** Sets the identifiers of this run apart from those of others. */
export function runName(): string {
  return new Date().toISOString().replace(/\D/g, '').slice(2, 14);
}
