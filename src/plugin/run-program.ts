import { inspect } from 'node:util';
import { NotStarted, type Programs } from '../launch/program.ts';
import type { Context, Log } from './api.ts';

const KILL_AFTER_MS = 5_000;
const OUTPUT_LIMIT = 65_536;

/** The `run` of one attempt's context. */
export function runFor(programs: Programs, log: Log, signal: AbortSignal): Context['run'] {
  return async (argv, options = {}) => {
    if (!Array.isArray(argv) || argv.length === 0 || argv.some((word) => typeof word !== 'string')) {
      throw new TypeError(`context.run takes a list of words, such as ['sleep', '1'], and got ${inspect(argv)}`);
    }
    const { lines = logLines(log), input = new Uint8Array() } = options;
    const program = {
      argv,
      directory: options.directory ?? process.cwd(),
      // A copy: `process.env` itself cannot leave its process.
      environment: { ...(options.environment ?? process.env) },
      input,
      files: options.files,
      killAfterMs: options.killAfterMs ?? KILL_AFTER_MS,
      outputLimit: options.outputLimit ?? OUTPUT_LIMIT,
    };
    try {
      return await programs.run(program, signal, { lines, trouble: (what) => log.warn(what) });
    } catch (error) {
      if (error instanceof NotStarted && error.stage === 'start') error.message = `${argv[0]}: ${error.message}`;
      throw error;
    }
  };
}

function logLines(log: Log): NonNullable<NonNullable<Parameters<Context['run']>[1]>['lines']> {
  return (stream, lines) => {
    for (const line of lines) log[stream === 'stdout' ? 'info' : 'warn'](line, { stream });
  };
}
