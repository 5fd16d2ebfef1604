import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Launcher } from '../../src/launch/launcher.ts';
import { NotStarted, type Program, type ProgramOutput, type StreamName } from '../../src/launch/program.ts';
import { until } from '../support/wait.ts';

class Heard implements ProgramOutput {
  readonly said: string[] = [];
  readonly troubles: string[] = [];

  lines(stream: StreamName, lines: readonly string[]): void {
    for (const line of lines) this.said.push(`${stream}: ${line}`);
  }

  trouble(what: string): void {
    this.troubles.push(what);
  }
}

function launcherFor(context: TestContext): Launcher {
  const launcher = new Launcher();
  context.after(() => launcher.close());
  return launcher;
}

function directoryFor(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'launch-test-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const sh = (script: string, changes: Partial<Program> = {}): Program => ({
  argv: ['/bin/sh', '-c', script],
  directory: '/',
  environment: { PATH: process.env.PATH },
  input: new Uint8Array(),
  files: undefined,
  killAfterMs: 1_000,
  outputLimit: 1_000,
  ...changes,
});

const NEVER = new AbortController().signal;

/** The process that has written its number there. */
async function pidIn(file: string): Promise<number> {
  await until(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'), file);
  return Number(readFileSync(file, 'utf8'));
}

/** One that has ended but was not yet collected by its parent counts as gone. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('the launcher', () => {
  it('runs programs beside each other: with their input, environment, files and output', async (context) => {
    const launcher = launcherFor(context);
    const directory = join(directoryFor(context), 'own');
    const heard = new Heard();
    const program = sh('cat; cat own/file; echo "$STAR" >&2; exit 3', {
      directory: join(directory, '..'),
      environment: { PATH: process.env.PATH, STAR: 'Vega' },
      input: Buffer.from('in\n'),
      files: { directory, contents: { file: 'filed\n' } },
    });
    const others = ['a', 'b', 'c'].map((text) => launcher.run(sh(`echo ${text}`), NEVER, new Heard()));
    const ending = await launcher.run(program, NEVER, heard);
    assert.deepEqual(heard.said.toSorted(), ['stderr: Vega', 'stdout: filed', 'stdout: in']);
    assert.deepEqual(ending, {
      ...{ kind: 'exit', code: 3 },
      output: { stdout: { dropped: 0, tail: 'in\nfiled\n' }, stderr: { dropped: 0, tail: 'Vega\n' } },
    });
    assert.deepEqual(
      (await Promise.all(others)).map(({ output }) => output.stdout.tail),
      ['a\n', 'b\n', 'c\n'],
    );
    assert.equal(existsSync(directory), false);
    assert.deepEqual(heard.troubles, []);
  });

  it('gives on no more than the limit, and the end of the rest', async (context) => {
    const heard = new Heard();
    const program = sh('yes 1234567 | head -n 100000; echo over', { outputLimit: 80 });
    const { output } = await launcherFor(context).run(program, NEVER, heard);
    assert.equal(heard.said.length, 10);
    assert.equal(output.stdout.dropped, 800_000 + 5 - 80);
    assert.ok(output.stdout.tail.endsWith('1234567\nover\n'));
    assert.equal(output.stdout.tail.length, 4_096);
  });

  it('ends a program that is aborted, with what it has started', async (context) => {
    const file = join(directoryFor(context), 'pid');
    const abort = new AbortController();
    const script = `sleep 600 & echo $! > ${file}; wait`;
    const run = launcherFor(context).run(sh(script), abort.signal, new Heard());
    const pid = await pidIn(file);
    abort.abort();
    assert.equal((await run).kind, 'aborted');
    await until(() => !isAlive(pid), 'the end of what it started');
  });

  it('says with the code of the system why a program was not started', async (context) => {
    const launcher = launcherFor(context);
    const refused = async (program: Program): Promise<unknown[]> => {
      const error = await launcher.run(program, NEVER, new Heard()).catch((thrown: unknown) => thrown);
      return error instanceof NotStarted ? [error.stage, error.code] : [error];
    };
    assert.deepEqual(await refused({ ...sh(''), argv: ['/no/such/program'] }), ['start', 'ENOENT']);
    assert.deepEqual(await refused({ ...sh(''), argv: ['/'] }), ['start', 'EACCES']);
    const files = { directory: '/no/such/place/own', contents: {} };
    assert.deepEqual(await refused(sh('', { files })), ['files', 'ENOENT']);
  });

  it('says what was running when it was killed, and is started again for the next program', async (context) => {
    const launcher = launcherFor(context);
    const file = join(directoryFor(context), 'pid');
    const run = launcher.run(sh(`echo $PPID > ${file}; exec sleep 600`), NEVER, new Heard());
    process.kill(await pidIn(file), 'SIGKILL');
    await assert.rejects(run, /^Error: The process in which voeventd starts programs has ended \(SIGKILL\)/);
    const { output: _, ...ending } = await launcher.run(sh('exit 0'), NEVER, new Heard());
    assert.deepEqual(ending, { kind: 'exit', code: 0 });
  });

  it('ends when it is closed, after what it has started', async (context) => {
    const launcher = new Launcher();
    const directory = directoryFor(context);
    const [first, second] = [join(directory, 'first'), join(directory, 'second')];
    const files = { directory: join(directory, 'own'), contents: { file: '' } };
    const run = launcher.run(
      sh(`echo $PPID > ${first}; until [ -e ${second} ]; do sleep 0.01; done`, { files }),
      NEVER,
      new Heard(),
    );
    run.catch(() => {});
    const pid = await pidIn(first);
    launcher.close();
    rmSync(first);
    assert.ok(isAlive(pid) && existsSync(files.directory));
    await launcherFor(context).run(sh(`touch ${second}`), NEVER, new Heard());
    await until(() => !isAlive(pid), 'its end');
    assert.equal(existsSync(files.directory), false);
  });
});
