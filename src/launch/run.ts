import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { codeOf, explain } from '../common/errors.ts';
import { readOutput } from './output.ts';
import { endGroup, HAS_GROUPS } from './process-group.ts';
import {
  NotStarted,
  type Program,
  type ProgramEnding,
  type ProgramOutcome,
  type ProgramOutput,
  type Programs,
} from './program.ts';
import { removeFiles, writeFiles } from './scratch.ts';

/** How long output is awaited after the program has ended, when a child it left behind keeps the pipes open. */
const LAST_OUTPUT_MS = 250;
/** How long a program may take to vanish after SIGKILL; one stuck in the kernel may never. */
const VANISH_MS = 1_000;

/** Programs as children of this process. Starting one takes the longer the more memory the process has: fork copies its tables. */
export const ownPrograms: Programs = { start: () => {}, run: runProgram };

async function runProgram(program: Program, signal: AbortSignal, output: ProgramOutput): Promise<ProgramEnding> {
  const { files } = program;
  if (files === undefined) return await runAlone(program, signal, output);
  writeFiles(files);
  try {
    return await runAlone(program, signal, output);
  } finally {
    const problem = removeFiles(files);
    if (problem !== undefined) output.trouble(problem);
  }
}

async function runAlone(program: Program, signal: AbortSignal, output: ProgramOutput): Promise<ProgramEnding> {
  const { child, pid } = await start(program);
  feed(child, program.input, output);
  const [stdout, stderr] = (['stdout', 'stderr'] as const).map((name) =>
    readOutput(child[name], program.outputLimit, (lines) => output.lines(name, lines)),
  ) as [ReturnType<typeof readOutput>, ReturnType<typeof readOutput>];
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const exited = new Promise<ProgramOutcome>((resolve) => {
    child.once('exit', (code, by) =>
      resolve(by === null ? { kind: 'exit', code: code ?? 0 } : { kind: 'signal', signal: by }),
    );
  });

  let outcome = await Promise.race([exited, aborted(signal)]);
  if (outcome === 'aborted') {
    outcome = { kind: 'aborted', with: await endGroup(pid, program.killAfterMs) };
    await within(VANISH_MS, exited);
  }
  await within(LAST_OUTPUT_MS, closed);
  for (const pipe of child.stdio) pipe?.destroy();
  return { ...outcome, output: { stdout: stdout(), stderr: stderr() } };
}

async function start({ argv: [program = '', ...rest], directory: cwd, environment: env }: Program) {
  try {
    const child = spawn(program, rest, { cwd, env, detached: HAS_GROUPS, windowsHide: true, stdio: 'pipe' });
    if (child.pid === undefined) throw (await once(child, 'error'))[0];
    // That it could not be signalled shows in how it ends.
    child.on('error', () => {});
    return { child, pid: child.pid };
  } catch (error) {
    throw new NotStarted('start', explain(error), codeOf(error));
  }
}

/** Writes the packet to the program's stdin. A program need not read it: then the pipe breaks, which is no fault. */
function feed(child: ChildProcessWithoutNullStreams, input: Uint8Array, output: ProgramOutput): void {
  child.stdin.on('error', (error) => {
    if (['EPIPE', 'ECONNRESET', 'EOF', 'ERR_STREAM_DESTROYED'].includes(codeOf(error) ?? '')) return;
    output.trouble(`Cannot write the packet to the program: ${explain(error)}`);
  });
  child.stdin.end(input);
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
    // A process that was busy all that time has not yet read what lies in the pipes: one turn of its loop reads it.
    () => setImmediate(),
    () => {},
  );
  await Promise.race([event, patience]);
  over.abort();
}
