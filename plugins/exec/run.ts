import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../src/plugin/api.ts';
import { codeOf, explain } from '../shared/words.ts';
import type { Options } from './options.ts';
import { logOutput } from './output.ts';
import { endGroup, HAS_GROUPS } from './process-group.ts';
import { spawnFailure } from './spawn-failure.ts';

/** How long output is awaited after the program has ended, when a child it left behind keeps the pipes open. */
const LAST_OUTPUT_MS = 250;
/** How long a program may take to vanish after SIGKILL; one stuck in the kernel may never. */
const VANISH_MS = 1_000;

type Outcome =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'aborted'; readonly with: 'SIGTERM' | 'SIGKILL' };

/** How one run of the program ended, and the last line it wrote to stderr. */
export type Ending = Outcome & { readonly lastLine: string };

/**
 * Runs the program with the packet on its stdin, its output going to the log, until it ends or `context.signal` aborts.
 * What it leaves in the background goes on after an ordinary end, and is ended with it after an abort.
 *
 * @throws context.fail or context.retry when it does not start
 */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv, context: Context<Options>): Promise<Ending> {
  const { child, pid } = await start(argv, env, context);
  const { config, log, signal } = context;
  feed(child, context);
  const output = (stream: 'stdout' | 'stderr', level: 'info' | 'warn') => {
    const at = (used: 'debug' | 'info' | 'warn') => (line: string) => log[used](line, { stream });
    return logOutput(child[stream], config.outputLimit, at(level), at('debug'));
  };
  const [stdout, stderr] = [output('stdout', 'info'), output('stderr', 'warn')];
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const exited = new Promise<Outcome>((resolve) => {
    child.once('exit', (code, by) =>
      resolve(by === null ? { kind: 'exit', code: code ?? 0 } : { kind: 'signal', signal: by }),
    );
  });

  let outcome = await Promise.race([exited, aborted(signal)]);
  if (outcome === 'aborted') {
    outcome = { kind: 'aborted', with: await endGroup(pid, config.killAfter) };
    await within(VANISH_MS, exited);
  }
  await within(LAST_OUTPUT_MS, closed);
  for (const pipe of child.stdio) pipe?.destroy();
  stdout.finish();
  stderr.finish();
  return { ...outcome, lastLine: stderr.lastLine() };
}

async function start([program = '', ...rest]: readonly string[], env: NodeJS.ProcessEnv, context: Context<Options>) {
  try {
    const { directory: cwd } = context.config;
    const child = spawn(program, rest, { cwd, env, detached: HAS_GROUPS, windowsHide: true, stdio: 'pipe' });
    if (child.pid === undefined) throw (await once(child, 'error'))[0];
    child.on('error', (error) => context.log.warn(`Trouble with the program: ${explain(error)}`));
    return { child, pid: child.pid };
  } catch (error) {
    throw await spawnFailure(error, program, context);
  }
}

/** Writes the packet to the program's stdin. A program need not read it: then the pipe breaks, which is no fault. */
function feed(child: ChildProcessWithoutNullStreams, context: Context<Options>): void {
  child.stdin.on('error', (error) => {
    if (['EPIPE', 'ECONNRESET', 'EOF', 'ERR_STREAM_DESTROYED'].includes(codeOf(error))) return;
    context.log.warn(`Cannot write the packet to the program: ${explain(error)}`);
  });
  child.stdin.end(context.packet);
}

function aborted(signal: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('aborted');
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
}

/** Waits for `event`, at most that long. */
async function within(durationMs: number, event: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const patience = sleep(durationMs, undefined, { signal: over.signal }).then(
    // A daemon that was busy all that time has not yet read what lies in the pipes: one turn of its loop reads it.
    () => setImmediate(),
    () => {},
  );
  await Promise.race([event, patience]);
  over.abort();
}
