import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import exec from '../../plugins/exec/index.ts';
import type { Alert } from '../../src/plugin/api.ts';
import {
  configure,
  contextFor,
  failureOf,
  sampleAlert,
  samplePacket,
  type TestContext,
  withoutFields,
} from '../support/plugin-context.ts';

type Changes = Partial<TestContext<unknown>> & { alert?: Alert };

let directory = '';

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'exec-test-'));
});

after(() => rm(directory, { recursive: true, force: true }));

/** One attempt: the promise of its end, and its context. */
function attempt(options: Record<string, unknown>, { alert = sampleAlert(), ...changes }: Changes = {}) {
  const context = contextFor(configure(exec, options, directory), changes as object);
  return { context, ended: exec.handle(alert, context) };
}

const sh = (script: string, ...rest: string[]) => ['/bin/sh', '-c', script, 'sh', ...rest];

function lines(context: TestContext<unknown>, stream: string): string[] {
  return context.logged.filter(({ fields }) => fields.stream === stream).map(({ message }) => message);
}

async function until(condition: () => unknown, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) assert.fail(`In vain: ${what}.`);
    await sleep(5);
  }
}

/** A process that has ended but was not yet collected by its parent counts as gone. */
async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (status !== undefined) return !/\) [ZX] /.test(status);
  if (process.platform === 'linux') return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Writes its own process id into `file` once it is ready. */
async function pidIn(file: string): Promise<number> {
  await until(async () => existsSync(file) && (await readFile(file, 'utf8')).endsWith('\n'), `a pid in ${file}`);
  return Number(await readFile(file, 'utf8'));
}

describe('arguments', () => {
  it('a filled argument stays one argument, whatever the alert says', async () => {
    const local = `a b "c" 'd' $HOME $(id) \`id\` ; rm -rf * | & \n -x \\ é`;
    const { context, ended } = attempt(
      {
        command: [
          process.execPath,
          '-e',
          'console.log(JSON.stringify(process.argv.slice(1)))',
          '--',
          '{alert.local}',
          'ra={alert.ra}',
        ],
      },
      { alert: sampleAlert({ local }) },
    );
    assert.match(String(await ended), /^exit 0 after \d/);
    assert.deepEqual(JSON.parse(lines(context, 'stdout')[0] ?? ''), [local, 'ra=83.6331']);
  });

  it('an empty value and a value that begins with a dash stay arguments of their own', async () => {
    const { context, ended } = attempt(
      { command: sh('printf "%s:" "$#" "$@"', '{alert.local}', '{param.Mode}') },
      { alert: sampleAlert({ local: '', params: [{ name: 'Mode', value: '--force' }] }) },
    );
    await ended;
    assert.deepEqual(lines(context, 'stdout'), ['2::--force:']);
  });

  it('an argument with a NUL ends the delivery', async () => {
    const { ended } = attempt({ command: ['/bin/echo', '{alert.local}'] }, { alert: sampleAlert({ local: 'a\0b' }) });
    const failure = await failureOf(() => ended);
    assert.equal(failure.retryable, false);
    assert.match(failure.message, /"\{alert\.local\}" gives an argument with a NUL/);
  });

  it('a value that the alert lacks ends the delivery, unless a default stands for it', async () => {
    const alert = withoutFields(sampleAlert(), 'ra', 'dec');
    const failure = await failureOf(() => attempt({ command: ['/bin/echo', '{alert.ra}'] }, { alert }).ended);
    assert.equal(failure.retryable, false);
    const { context, ended } = attempt({ command: ['/bin/echo', '{alert.ra|none}'] }, { alert });
    await ended;
    assert.deepEqual(lines(context, 'stdout'), ['none']);
  });

  it('an alert cannot choose a program of another directory', async () => {
    const { ended } = attempt(
      { command: [`${directory}/{alert.local}`] },
      { alert: sampleAlert({ local: '../../bin/echo' }) },
    );
    const failure = await failureOf(() => ended);
    assert.equal(failure.retryable, false);
    assert.match(failure.message, /would name another directory/);
  });
});

describe('what the program gets', () => {
  it('a start in the directory of the configuration, from which its own relative path counts', async () => {
    await writeFile(join(directory, 'where.sh'), '#!/bin/sh\npwd\n', { mode: 0o755 });
    const { context, ended } = attempt({ command: ['./where.sh'] });
    await ended;
    assert.deepEqual(lines(context, 'stdout'), [directory]);
    const elsewhere = attempt({ command: ['../where.sh'], directory: 'sub' });
    await assert.rejects(elsewhere.ended, /no such directory/);
    await mkdir(join(directory, 'sub'));
    const there = attempt({ command: ['../where.sh'], directory: 'sub' });
    await there.ended;
    assert.deepEqual(lines(there.context, 'stdout'), [join(directory, 'sub')]);
  });

  it('the exact bytes on stdin and in VOEVENT_FILE, the decoded alert in VOEVENT_JSON', async () => {
    const packet = samplePacket(Buffer.concat([Buffer.from('<a>\r\n\0\xff', 'latin1'), randomBytes(300_000)]));
    const { ended } = attempt(
      { command: sh('cat > stdin; cp "$VOEVENT_FILE" file; cp "$VOEVENT_JSON" json'), directory },
      { packet },
    );
    await ended;
    assert.ok(Buffer.from(packet).equals(await readFile(join(directory, 'stdin'))));
    assert.ok(Buffer.from(packet).equals(await readFile(join(directory, 'file'))));
    assert.deepEqual(JSON.parse(await readFile(join(directory, 'json'), 'utf8')), sampleAlert());
  });

  it('a large packet that the program does not read is no error', async () => {
    const { context, ended } = attempt({ command: ['/bin/sh', '-c', 'exit 0'] }, { packet: randomBytes(1_000_000) });
    assert.match(String(await ended), /^exit 0/);
    assert.deepEqual(context.logged, []);
  });

  it('the alert in VOEVENT_ variables, on top of its own environment and that of the handler', async () => {
    process.env.EXEC_TEST_INHERITED = 'inherited';
    process.env.VOEVENT_RA = 'stale';
    try {
      const { context, ended } = attempt(
        {
          command: [process.execPath, '-e', 'console.log(JSON.stringify(process.env))'],
          environment: { TELESCOPE: 'north', VOEVENT_DEC: 'mine' },
        },
        { alert: sampleAlert({ description: 'x' }), attempt: 3 },
      );
      await ended;
      const environment = JSON.parse(lines(context, 'stdout').join(''));
      const { VOEVENT_FILE, VOEVENT_JSON, ...rest } = environment;
      assert.ok(VOEVENT_FILE.endsWith('/alert.xml') && VOEVENT_JSON.endsWith('/alert.json'));
      assert.deepEqual(Object.fromEntries(Object.entries(rest).filter(([name]) => name.startsWith('VOEVENT_'))), {
        VOEVENT_ID: '0123456789abcdef',
        VOEVENT_IVORN: 'ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_532871-729',
        VOEVENT_FORMAT: 'voevent',
        VOEVENT_ROLE: 'observation',
        VOEVENT_TEST: 'false',
        VOEVENT_KIND: 'new',
        VOEVENT_THREAD: 'swift:532871',
        VOEVENT_MISSION: 'Swift',
        VOEVENT_INSTRUMENTS: 'BAT',
        VOEVENT_SYSTEM: 'UTC-FK5-GEO',
        VOEVENT_DESCRIPTION: 'x',
        VOEVENT_STREAM: 'nasa.gsfc.gcn/SWIFT',
        VOEVENT_LOCAL: 'BAT_GRB_Pos_532871-729',
        VOEVENT_VERSION: '2.0',
        VOEVENT_DATE: '2026-11-22T10:00:05Z',
        VOEVENT_TIME: '2026-11-22T09:59:58.12Z',
        VOEVENT_RA: '83.6331',
        VOEVENT_DEC: '22.0145',
        VOEVENT_ERROR_RADIUS: '0.05',
        VOEVENT_IMPORTANCE: '0.95',
        VOEVENT_SOURCE: 'campus',
        VOEVENT_RECEIVED_AT: '2026-11-22T10:00:07.250Z',
        VOEVENT_AUTHOR: 'VO-GCN',
        VOEVENT_ATTEMPT: '3',
        VOEVENT_DELIVERY: '17/slew',
        VOEVENT_HANDLER: 'slew',
      });
      assert.equal(rest.EXEC_TEST_INHERITED, 'inherited');
      assert.equal(rest.TELESCOPE, 'north');
    } finally {
      delete process.env.EXEC_TEST_INHERITED;
      delete process.env.VOEVENT_RA;
    }
  });

  it('what others have failed at is in the environment and in templates', async () => {
    const because = [
      { handler: 'slew', outcome: 'the mount is stuck', attempts: 3, endedAt: '2026-11-22T10:00:10.000Z' },
      { handler: 'focus', outcome: 'no star', attempts: 1, endedAt: '2026-11-22T10:00:11.000Z' },
    ];
    const script = 'echo "$VOEVENT_DEAD"; echo "$VOEVENT_BECAUSE"; echo "$VOEVENT_BECAUSE_JSON"; echo "$1"';
    const { context, ended } = attempt({ command: sh(script, '{because}') }, { because });
    await ended;
    assert.deepEqual(lines(context, 'stdout'), [
      ...['slew focus', 'the mount is stuck', 'no star', JSON.stringify(because)],
      'slew failed after 3 attempts: the mount is stuck; focus failed: no star',
    ]);
  });

  it('a value that the alert lacks is unset, also when the daemon itself has such a variable', async () => {
    process.env.VOEVENT_RA = 'stale';
    try {
      const { context, ended } = attempt(
        { command: sh('echo "$(printenv VOEVENT_RA || echo unset) $VOEVENT_DEC"') },
        { alert: withoutFields(sampleAlert(), 'ra') },
      );
      await ended;
      assert.deepEqual(lines(context, 'stdout'), ['unset 22.0145']);
    } finally {
      delete process.env.VOEVENT_RA;
    }
  });

  it('a NUL is taken out of a variable and a long one is cut between characters', async () => {
    const { context, ended } = attempt(
      { command: sh('echo "$VOEVENT_LOCAL"; printf %s "$VOEVENT_AUTHOR" | wc -c') },
      { alert: sampleAlert({ local: 'a\0b', author: { name: '€'.repeat(100_000) } }) },
    );
    await ended;
    // 32 768 is not a multiple of the three bytes of the sign.
    assert.deepEqual(
      lines(context, 'stdout').map((line) => line.trim()),
      ['ab', '32766'],
    );
  });

  it('files in a private directory that is removed afterwards, however the program ended', async () => {
    const script = 'stat -c %a "$(dirname "$VOEVENT_FILE")"; dirname "$VOEVENT_FILE"; exit "$1"';
    for (const code of ['0', '3']) {
      const { context, ended } = attempt({ command: sh(script, code) });
      await Promise.allSettled([ended]);
      const [mode, where = ''] = lines(context, 'stdout');
      assert.equal(mode, '700');
      assert.ok(where.startsWith(tmpdir()));
      assert.equal(existsSync(where), false);
    }
  });

  it('no files are left behind by a program that does not start', async () => {
    const temporary = await mkdtemp(join(directory, 'tmp-'));
    const usual = process.env.TMPDIR;
    process.env.TMPDIR = temporary;
    try {
      await failureOf(() => attempt({ command: ['/nonexistent/slew'] }).ended);
      assert.deepEqual(await readdir(temporary), []);
      await rm(temporary, { recursive: true });
      const failure = await failureOf(() => attempt({ command: ['/bin/true'] }).ended);
      assert.equal(failure.retryable, true);
      assert.match(failure.message, /^Cannot write the packet below .*tmp-.*: no such file or directory \(ENOENT\)/);
    } finally {
      if (usual === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = usual;
    }
  });
});

describe('how it ends', () => {
  it('a non-zero exit may be tried again and names the code and the last line of stderr', async () => {
    const { ended } = attempt({ command: sh('echo first >&2; echo "dome is closed" >&2; echo >&2; exit 3') });
    const failure = await failureOf(() => ended);
    assert.equal(failure.retryable, true);
    assert.match(failure.message, /^exited with code 3 after [\d.]+m?s: dome is closed$/);
  });

  it('a signal is named', async () => {
    const failure = await failureOf(() => attempt({ command: sh('kill -SEGV $$') }).ended);
    assert.equal(failure.retryable, true);
    assert.match(failure.message, /^killed by SIGSEGV after/);
  });

  it('the deadline ends the whole process group, a child that ignores SIGTERM included', async () => {
    const [parent, child] = [join(directory, 'parent.pid'), join(directory, 'child.pid')];
    // The child's own child is a plain sleep; the shell that waits for it ignores SIGTERM.
    const stubborn = `trap "" TERM; echo $$ > ${child}; while :; do sleep 0.2; done`;
    const script = `/bin/sh -c '${stubborn}' & echo $$ > ${parent}; wait`;
    const { context, ended } = attempt({ command: sh(script), killAfter: '100ms' });
    const pids = [await pidIn(parent), await pidIn(child)];
    for (const pid of pids) assert.equal(await isAlive(pid), true);
    context.expire();
    const failure = await failureOf(() => ended);
    assert.equal(failure.retryable, true);
    assert.match(failure.message, /^timeout after .*, ended with its process group by SIGKILL$/);
    for (const pid of pids) await until(async () => !(await isAlive(pid)), `the end of process ${pid}`);
  });

  it('a program that heeds SIGTERM may clean up, and is not killed', async () => {
    const pid = join(directory, 'polite.pid');
    const script = `trap 'echo parked; exit 0' TERM; echo $$ > ${pid}; while :; do sleep 0.01; done`;
    const { context, ended } = attempt({ command: sh(script), killAfter: '8s' });
    await pidIn(pid);
    context.expire();
    const failure = await failureOf(() => ended);
    assert.match(failure.message, /^timeout after .* by SIGTERM/);
    assert.deepEqual(lines(context, 'stdout'), ['parked']);
  });

  it('the stop of the daemon is not called a timeout', async () => {
    const pid = join(directory, 'stopped.pid');
    const { context, ended } = attempt({ command: sh(`echo $$ > ${pid}; exec sleep 60`) });
    await pidIn(pid);
    context.stop();
    const failure = await failureOf(() => ended);
    assert.equal(failure.retryable, true);
    assert.match(failure.message, /^interrupted after/);
    assert.doesNotMatch(failure.message, /timeout/);
  });

  it('a delivery that is already over does not start the program', async () => {
    const trace = join(directory, 'started');
    const over = contextFor(configure(exec, { command: sh(`touch ${trace}`) }));
    over.expire();
    const failure = await failureOf(() => exec.handle(sampleAlert(), over));
    assert.match(failure.message, /^timeout before the program was started/);
    assert.equal(existsSync(trace), false);
  });

  it('a background child that keeps stdout open does not hold up the delivery, and lives on', async () => {
    const pid = join(directory, 'background.pid');
    const { context, ended } = attempt({ command: sh(`sleep 60 & echo $! > ${pid}; echo started`) });
    assert.match(String(await ended), /^exit 0/);
    assert.deepEqual(lines(context, 'stdout'), ['started']);
    const background = await pidIn(pid);
    assert.equal(await isAlive(background), true);
    process.kill(background, 'SIGKILL');
  });
});

describe('a program that cannot start', () => {
  const cases: [string, () => Promise<Record<string, unknown>> | Record<string, unknown>, RegExp][] = [
    ['is not in PATH', () => ({ command: ['no-such-program-of-ours'] }), /no program of that name in PATH/],
    ['does not exist', () => ({ command: ['/nonexistent/slew'] }), /^Cannot run \/nonexistent\/slew: no such file/],
    [
      'has no directory to start in',
      () => ({ command: ['/bin/true'], directory: './nowhere' }),
      /^Cannot start a program in .*\/nowhere: no such directory\. Create it/,
    ],
    [
      'has a file for a directory',
      () => ({ command: ['/bin/true'], directory: '/bin/sh' }),
      /^Cannot start a program in \/bin\/sh: it is not a directory/,
    ],
    ['is a directory', () => ({ command: ['/tmp'] }), /^Cannot run \/tmp: it is a directory/],
    [
      'is not executable',
      async () => ({ command: [await program('plain.sh', '#!/bin/sh\n', 0o644)] }),
      /permission denied\. Make it executable \(chmod \+x\)/,
    ],
    [
      'names a missing interpreter',
      async () => ({ command: [await program('orphan.sh', '#!/nonexistent/python\n', 0o755)] }),
      /the interpreter that its first line/,
    ],
    ['gets too long an argument', () => ({ command: ['/bin/true', 'x'.repeat(3_000_000)] }), /too long .*\(E2BIG\)/],
  ];
  for (const [state, options, message] of cases) {
    it(`because it ${state} ends the delivery and says so`, async () => {
      const given = await options();
      const failure = await failureOf(() => attempt(given).ended);
      assert.equal(failure.retryable, false);
      assert.match(failure.message, message);
    });
  }

  async function program(name: string, text: string, mode: number): Promise<string> {
    const path = join(directory, name);
    await writeFile(path, text);
    await chmod(path, mode);
    return path;
  }
});

describe('output', () => {
  it('stdout goes to the log as information, stderr as warnings, and a last line without an end counts', async () => {
    const { context, ended } = attempt({ command: sh('printf "one\\r\\n\\ntwo"; printf "three" >&2') });
    await ended;
    assert.deepEqual(
      context.logged.filter(({ fields }) => fields.stream === 'stdout').map(({ level, message }) => [level, message]),
      [
        ['info', 'one'],
        ['info', 'two'],
      ],
    );
    assert.deepEqual(
      context.logged.filter(({ fields }) => fields.stream === 'stderr'),
      [{ level: 'warn', message: 'three', fields: { stream: 'stderr' } }],
    );
  });

  it('more than the limit is read, dropped and counted', async () => {
    const script =
      'process.stdout.write("x".repeat(99) + "\\n"); process.stdout.write("y".repeat(5_000_000)); process.exitCode = 0';
    const { context, ended } = attempt({ command: [process.execPath, '-e', script], outputLimit: 150 });
    await ended;
    const logged = context.logged.filter(({ level }) => level === 'info').map(({ message }) => message);
    assert.deepEqual(logged, ['x'.repeat(99), 'y'.repeat(50), '(4999950 more bytes dropped: outputLimit is 150)']);
  });

  it('the end of what was dropped is told for the journal', async () => {
    const script = 'i=0; while [ $i -lt 2000 ]; do echo "noise $i"; i=$((i+1)); done; echo "no guide star"';
    const { context, ended } = attempt({ command: sh(script), outputLimit: 10 });
    await ended;
    const told = context.logged.filter(({ level }) => level === 'debug').map(({ message }) => message);
    assert.equal(told.at(-1), 'no guide star');
    assert.ok(told.length > 100 && told.join('\n').length <= 4_096, `${told.length} lines`);
  });

  it('the last line of stderr is known even when it was dropped', async () => {
    const script =
      'i=0; while [ $i -lt 500 ]; do echo "noise $i" >&2; i=$((i+1)); done; echo "no guide star" >&2; exit 1';
    const failure = await failureOf(() => attempt({ command: sh(script), outputLimit: 10 }).ended);
    assert.match(failure.message, /: no guide star$/);
  });

  it('a very long line is logged in pieces', async () => {
    const { context, ended } = attempt({
      command: [process.execPath, '-e', 'process.stdout.write("z".repeat(10_000) + "\\nend")'],
    });
    await ended;
    assert.deepEqual(
      lines(context, 'stdout').map((line) => line.length),
      [4_096, 4_096, 1_808, 3],
    );
  });

  it('a character cut by two writes arrives whole', async () => {
    const script = `
      const bytes = Buffer.from('α→😀');
      const next = (at) => at < bytes.length && process.stdout.write(bytes.subarray(at, at + 1), () => setImmediate(next, at + 1));
      next(0);`;
    const { context, ended } = attempt({ command: [process.execPath, '-e', script] });
    await ended;
    assert.deepEqual(lines(context, 'stdout'), ['α→😀']);
  });

  it('terminal sequences and control characters do not reach the log', async () => {
    const { context, ended } = attempt({
      command: sh(
        'printf "\\033[31mred\\033[0m\\007 \\033]0;title\\007a\\tb\\302\\233x"; printf "\\033[2Jgone" >&2; exit 1',
      ),
    });
    const failure = await failureOf(() => ended);
    assert.deepEqual(lines(context, 'stdout'), ['red a bx']);
    assert.match(failure.message, /: gone$/);
  });
});

describe('options', () => {
  it('have defaults for everything but the command', () => {
    const { command, ...rest } = configure(exec, { command: ['/bin/true'] }, '/etc/voeventd');
    assert.equal(command.length, 1);
    assert.deepEqual(rest, { directory: '/etc/voeventd', environment: {}, killAfter: 5_000, outputLimit: 65_536 });
  });

  it('that do not fit are refused', () => {
    for (const options of [
      {},
      { command: [] },
      { command: ['/bin/true'], environment: { 'A=B': 'x' } },
      { command: ['/bin/true'], environment: { A: 'x\0' } },
      { command: ['{alert.nonsense}'] },
      { command: ['/bin/true'], killAfter: '5' },
      { command: ['/bin/true'], killAfter: '9s' },
      { command: ['/bin/true'], shell: true },
    ]) {
      assert.throws(() => configure(exec, options), { name: 'ZodError' }, JSON.stringify(options));
    }
  });

  it('a secret reaches the program and nothing else', async () => {
    const { context, ended } = attempt({
      command: sh('test "$TOKEN" = "tr0ub""4dor" || exit 1; exit 2'),
      environment: { TOKEN: 'tr0ub4dor' },
    });
    const failure = await failureOf(() => ended);
    assert.match(failure.message, /^exited with code 2/);
    assert.doesNotMatch(JSON.stringify([failure.message, context.logged, context.config]), /tr0ub4dor/);
  });
});

describe('what it would do', () => {
  const would = (command: string[], alert = sampleAlert()) =>
    exec.pretend(alert, contextFor(configure(exec, { command }, directory)));

  it('is the command, filled, in quotes where one needs them to read it', async () => {
    assert.equal(would(['/usr/local/bin/slew', '--ra', '{alert.ra}']), 'run /usr/local/bin/slew --ra 83.6331');
    const odd = sampleAlert({ description: "it's\u001b[31m red" });
    assert.equal(would(['say', '{alert.description}', ''], odd), "run say 'it'\\''s red' ''");
    assert.equal(would(['say', '{alert.description}'], sampleAlert({ description: 'x'.repeat(500) })).length, 409 + 2);
    const trace = join(directory, 'pretended');
    would(['touch', trace]);
    assert.equal(existsSync(trace), false);
  });

  it('fails as the command would', async () => {
    const alert = withoutFields(sampleAlert(), 'ra');
    const live = await failureOf(() => attempt({ command: ['slew', '{alert.ra}'] }, { alert }).ended);
    const pretended = await failureOf(() => would(['slew', '{alert.ra}'], alert));
    assert.deepEqual([pretended.message, pretended.retryable], [live.message, false]);
  });
});
