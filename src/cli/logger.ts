import { destination, type Logger as Pino, pino } from 'pino';
import type { Log, LogLevel } from '../common/log.ts';

export interface Logger extends Log {
  setLevel(level: LogLevel): void;
  /** Writes out what is buffered, before the process ends. */
  flush(): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: 'auto' | 'json' | 'pretty';
}

/** What may wait to be written; beyond it lines are dropped, so that a full pipe neither blocks nor fills memory. */
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
  const output = destination({ fd: 2, sync: pretty, maxLength: MAX_BUFFERED_BYTES });
  // Whoever read our log has gone; the alerts go on.
  output.on('error', () => {});
  const logger = pretty ? pino(options, (await import('./pretty.ts')).prettyLines(output)) : pino(options, output);
  return adapt(logger, () => {
    try {
      output.flushSync();
    } catch {
      // Nobody reads any more.
    }
  });
}

function adapt(logger: Pino, flush: () => void): Logger {
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
