import { destination, type Logger as Pino, pino } from 'pino';
import type { Log, LogLevel } from '../common/log.ts';
import { LogOutput, toStandardError } from './log-output.ts';

export interface Logger extends Log {
  setLevel(level: LogLevel): void;
  /** Resolves when everything is written, before the process ends; or after a second. @returns whether it is */
  flush(): Promise<boolean>;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: 'auto' | 'json' | 'pretty';
}

/** What may wait to be written to a terminal that takes nothing. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

/** The daemon's log on standard error: JSON lines, or lines for a person on a terminal. */
export async function createLogger({ level, format }: LoggerOptions): Promise<Logger> {
  const pretty = format === 'pretty' || (format === 'auto' && process.stderr.isTTY === true);
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (pretty) {
    const terminal = destination({ fd: 2, sync: true, maxLength: MAX_BUFFERED_BYTES });
    // Whoever read our log has gone; the alerts go on.
    terminal.on('error', () => {});
    return adapt(pino(options, (await import('./pretty.ts')).prettyLines(terminal)), async () => true);
  }
  const output = new LogOutput(toStandardError());
  return adapt(pino(options, output), () => output.flush());
}

function adapt(logger: Pino, flush: () => Promise<boolean>): Logger {
  const write = (level: LogLevel) => (message: string, fields?: Record<string, unknown>) => {
    try {
      if (fields === undefined) logger[level](message);
      else logger[level](fields, message);
    } catch {
      // A log that cannot be written must not stop an alert.
    }
  };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    setLevel: (level) => {
      logger.level = level;
    },
    flush,
  };
}
