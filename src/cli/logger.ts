import { destination, type Logger as Pino, pino } from 'pino';
import { build as prettyStream } from 'pino-pretty';
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
export function createLogger({ level, format }: LoggerOptions): Logger {
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
  const logger = pretty ? pino(options, prettyLines(output)) : pino(options, output);
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

function prettyLines(output: ReturnType<typeof destination>): ReturnType<typeof prettyStream> {
  return prettyStream({
    destination: output,
    sync: true,
    colorize: process.stderr.isTTY === true && process.env.NO_COLOR === undefined,
    translateTime: 'UTC:HH:MM:ss.l',
    ignore: 'pid,hostname',
    hideObject: true,
    messageFormat: (line, key) => {
      const text = printable(String(line[key]));
      const { delivery, source } = line;
      const mark = delivery ?? source;
      return typeof mark === 'string' && !text.includes(mark) ? `${text} [${printable(mark)}]` : text;
    },
  });
}

/** Packets are hostile text: no control character of theirs reaches the terminal. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '�');
}
