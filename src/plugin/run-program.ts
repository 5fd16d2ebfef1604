import type { Programs } from '../launch/program.ts';
import type { Context, Log } from './api.ts';

const KILL_AFTER_MS = 5_000;
const OUTPUT_LIMIT = 65_536;

/** The `run` of one attempt's context. */
export function runFor(programs: Programs, log: Log, signal: AbortSignal): Context['run'] {
  return async (argv, options = {}) => {
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
    return await programs.run(program, signal, { lines, trouble: (what) => log.warn(what) });
  };
}

function logLines(log: Log): NonNullable<NonNullable<Parameters<Context['run']>[1]>['lines']> {
  return (stream, lines) => {
    for (const line of lines) log[stream === 'stdout' ? 'info' : 'warn'](line, { stream });
  };
}
