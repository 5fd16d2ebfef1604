import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createDecoder } from '../../src/alert/decode.ts';
import { scanEnvelope } from '../../src/alert/envelope.ts';
import { summaryOf } from '../../src/alert/summary.ts';
import { glob } from '../../src/rules/glob.ts';
import { compileRule } from '../../src/rules/rule.ts';
import { createVocabulary } from '../../src/rules/vocabulary.ts';
import { Trial } from '../../src/trial/trial.ts';
import { openJournal } from '../journal/journal.ts';
import { packet } from '../support/play.ts';
import { selection } from '../support/selection.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const NOW = Date.parse('2026-11-22T03:00:00Z');
const decoder = await createDecoder();

interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs the program from its sources, in a directory of its own. */
function bench(context: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'voeventd-decisions-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return {
    directory,
    write: (name: string, content: string | Buffer): void => writeFileSync(join(directory, name), content),
    voeventd: (...args: string[]): Promise<Run> => {
      const { promise, resolve } = Promise.withResolvers<Run>();
      const child = execFile(
        process.execPath,
        [MAIN, ...args],
        { cwd: directory, timeout: 60_000 },
        (_, output, errors) => resolve({ code: child.exitCode, output, errors }),
      );
      return promise;
    },
  };
}

const CONFIG = `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["broker.example.org:8099"] } }
sites: { lapalma: { latitude: 28.7606, longitude: -17.8792 } }
conditions:
  dark: sky.sunAltitude < -12
lists: { streams: [org.example/e2e] }
handlers:
  slew:
    plugin: exec
    when: dark && alert.errorRadius < 0.1 && alert.stream in streams && !(alert.importance > 0.5)
    with: { command: [sh, -c, "echo slewing; cat > got.xml"] }
  once: { plugin: log, once: thread }
  broken: { plugin: exec, with: { command: [sh, -c, "exit 3"] } }
`;

const AT = ['--at', '2026-11-22T03:00:00Z'];
const withImportance = (name: string) =>
  packet(name, { date: '2026-11-22T02:59:00' }).toString().replace('</voe:', '<Why importance="0.2"/></voe:');

describe('voeventd try', () => {
  it('prints each handler’s decision as a tree, and knows what came before', async (context) => {
    const { write, voeventd } = bench(context);
    write('voeventd.yaml', CONFIG);
    write('one.xml', withImportance('one'));
    write('two.xml', packet('one', { errorRadius: 1 }));
    const { code, output, errors } = await voeventd('try', 'one.xml', 'two.xml', ...AT);
    assert.equal(code, 0, errors);
    const [first = '', second = ''] = output.split(/^(?=two\.xml)/m);
    assert.match(first, /^one\.xml: ivo:\/\/org\.example\/e2e#one \(observation, new, thread ivo:/);
    assert.match(first, /^ {2}✓ slew fires: the rule is true/m);
    assert.match(
      first,
      /✓ when: all of\n.*├ ✓ dark\n.*│ └ ✓ sky\.sunAltitude < -12 {4}\[sky\.sunAltitude = -[\d.]+\]\n.*├ ✓ alert\.errorRadius < 0\.1 {4}\[alert\.errorRadius = 0\.05\]\n.*├ ✓ alert\.stream in streams.*\n.*└ ✓ not\n.*└ ✗ alert\.importance > 0\.5 {4}\[alert\.importance = 0\.2\]/,
    );
    assert.match(first, /✓ once fires: its role is observation/);
    assert.match(second, /✗ slew does not fire: alert\.errorRadius < 0\.1 is false \(alert\.errorRadius = 1\)/);
    assert.match(second, /│?.*· alert\.stream in streams\n/);
    assert.match(second, /✗ once does not fire: the handler has got ivo:.*of this thread\n.*✓ roles\n.*✗ once/);
  });

  it('prints JSON, and goes on after a packet that cannot be read', async (context) => {
    const { write, voeventd } = bench(context);
    write('voeventd.yaml', CONFIG);
    write('one.xml', withImportance('one'));
    const { code, output, errors } = await voeventd('try', 'no.xml', 'one.xml', '--json', ...AT);
    assert.equal(code, 1);
    assert.match(errors, /^voeventd: Cannot read no\.xml: no such file/);
    const [slew, once] = JSON.parse(output) as { handler: string; fired: boolean; values: Record<string, unknown> }[];
    assert.deepEqual(Object.keys(slew ?? {}), ['id', 'handler', 'fired', 'why', 'values']);
    assert.deepEqual([slew?.fired, slew?.values['alert.errorRadius']], [true, 0.05]);
    assert.deepEqual([once?.handler, once?.values], ['once', {}]);
  });

  it('runs one handler for real, and fails when that fails', async (context) => {
    const { directory, write, voeventd } = bench(context);
    write('voeventd.yaml', CONFIG);
    write('one.xml', withImportance('one'));
    const good = await voeventd('try', 'one.xml', '--run', 'slew', ...AT);
    assert.equal(good.code, 0, good.errors);
    assert.match(good.output, /→ run, and done: exit 0/);
    assert.equal(readFileSync(join(directory, 'got.xml'), 'utf8'), withImportance('one'));
    const bad = await voeventd('try', 'one.xml', '--run', 'broken', ...AT);
    assert.equal(bad.code, 1);
    assert.match(bad.output, /→ run, and failed: exited with code 3/);
    const unknown = await voeventd('try', 'one.xml', '--run', 'slwe');
    assert.equal(unknown.code, 1);
    assert.match(unknown.errors, /Cannot run slwe: there is no such handler \(did you mean slew\?\)\.\n$/);
  });

  it('runs a handler with its options for retractions where it would', async (context) => {
    const { write, voeventd } = bench(context);
    const parking =
      'onRetraction: cancel\n    retraction: { command: [echo, parking] }\n    with: { command: [echo, slewing] }';
    write('voeventd.yaml', `${CONFIG}  park:\n    plugin: exec\n    ${parking}\n`);
    write('one.xml', withImportance('one'));
    const cite = '<Citations><EventIVORN cite="retraction">ivo://org.example/e2e#one</EventIVORN></Citations></voe:';
    write('two.xml', packet('two').toString().replace('</voe:', cite));
    const { code, output, errors } = await voeventd('try', 'one.xml', 'two.xml', '--run', 'park');
    assert.equal(code, 0, errors);
    assert.match(output, /✓ park fires \(with its options for retractions\): it withdraws what the handler has got/);
    assert.match(errors, /slewing[\s\S]*parking/);
  });

  it('refuses a time that is none, and a configuration with problems', async (context) => {
    const { write, voeventd } = bench(context);
    write('voeventd.yaml', CONFIG.replace('sky.sunAltitude', 'sky.sunAltitud'));
    write('one.xml', packet('one'));
    assert.match((await voeventd('try', 'one.xml', '--at', 'tonight')).errors, /Cannot decide at "tonight"/);
    const { code, errors } = await voeventd('try', 'one.xml');
    assert.equal(code, 1);
    assert.match(errors, /voeventd\.yaml:5:13: conditions\.dark: There is no sky\.sunAltitud/);
  });
});

describe('voeventd test', () => {
  const TESTS = `tests:
  - { name: small and dark, at: 2026-11-22T03:00:00Z, alert: { ivorn: "ivo://org.example/e2e#1", ra: 1, dec: 1, errorRadius: 0.05, importance: 0.1 }, fires: [slew] }
`;

  it('reports, and exits with 0 when all hold', async (context) => {
    const { write, voeventd } = bench(context);
    write('voeventd.yaml', CONFIG + TESTS);
    assert.deepEqual(await voeventd('test'), {
      code: 0,
      output: '✓ small and dark\n\n1 test: all passed.\n',
      errors: '',
    });
  });

  it('shows where one fails what was expected, what came, and why', async (context) => {
    const { write, voeventd } = bench(context);
    write('voeventd.yaml', CONFIG + TESTS.replace('T03', 'T13'));
    const { code, output } = await voeventd('test');
    assert.equal(code, 1);
    assert.match(
      output,
      /^✗ small and dark \(voeventd\.yaml:15\)\n {4}slew: expected that it fires, got that it does not fire\n {6}✗ slew does not fire: dark does not hold: sky\.sunAltitude < -12 is false/,
    );
    assert.match(output, /├ ✗ dark\n/);
    assert.match(output, /\n1 test: 1 failed\.\n$/);
    const json = JSON.parse((await voeventd('test', '--json')).output) as {
      passed: boolean;
      failures: { handler: string }[];
    }[];
    assert.deepEqual([json[0]?.passed, json[0]?.failures[0]?.handler], [false, 'slew']);
  });

  it('without any says so, and check finds those that are out of date', async (context) => {
    const { write, voeventd } = bench(context);
    write('voeventd.yaml', CONFIG);
    const none = await voeventd('test');
    assert.equal(none.code, 1);
    assert.match(none.errors, /it has no tests\. Write some into tests:/);
    write('night.test.yaml', '- { name: x, alert: {}, fires: [slwe] }\n');
    const check = await voeventd('check');
    assert.equal(check.code, 1);
    assert.match(check.output, /night\.test\.yaml:1:33: 0\.fires\.0: There is no handler slwe \(did you mean slew\?\)/);
  });
});

/** A journal with alerts that were decided on, a retried delivery, and a document that nobody can read. */
function decided(context: TestContext): { path: string; id: string } {
  const { path, appender, ledger } = openJournal(context);
  const { vocabulary } = createVocabulary({ good: 'alert.errorRadius < 0.1' }, { streams: ['org.example/e2e'] });
  const selections = [
    selection('slew', { rule: compileRule('good && alert.stream in streams', vocabulary) }),
    selection('chat', { streams: [glob('nasa*')] }),
  ];
  const trial = new Trial(selections);
  const packets = [
    packet('one', { errorRadius: 5 }),
    packet('one'),
    Buffer.from('<VOEvent ivorn="ivo://a.b/c#bad\u202e">'),
  ];
  appender.append(
    packets.map((bytes) => {
      const { element, ivorn, role } = scanEnvelope(bytes);
      return {
        element,
        source: 'campus',
        peer: 'b:8099',
        ivorn,
        role,
        receivedAt: NOW,
        packet: bytes,
      };
    }),
  );
  let id = '';
  const records = packets.slice(0, 2).map((bytes, index) => {
    const decoded = decoder.read(bytes, { source: 'campus', receivedAt: new Date(NOW).toISOString() });
    const { alert, verdicts } = trial.decide(decoded, NOW);
    id = alert.id;
    const thread = { thread: alert.thread, changed: decoded.threadKeys, merged: [] };
    return { seq: index + 1, decidedAt: NOW + 5, problem: undefined, verdicts, thread, summary: summaryOf(alert) };
  });
  ledger.decide([...records, { seq: 3, decidedAt: NOW + 5, problem: 'It ends too soon', verdicts: [] }]);
  ledger.begin(2, 'slew', NOW + 10);
  ledger.end(2, 'slew', { state: 'done', outcome: 'exit\u001b[31m 0', endedAt: NOW + 1_000 });
  return { path, id };
}

describe('voeventd explain', () => {
  it('tells every alert of an identifier, newest first, with decisions and deliveries', async (context) => {
    const { path } = decided(context);
    const { code, output, errors } = await bench(context).voeventd(
      'explain',
      'IVO://org.example/e2e#one',
      '--journal',
      path,
    );
    assert.equal(code, 0, errors);
    const [second = '', first = ''] = output.split(/\n\n(?=ivo:)/);
    assert.match(
      second,
      /^ivo:\/\/org\.example\/e2e#one \(number 2, id [0-9a-f]{16}\)\n {2}observation, new, received 2026-11-22T03:00:00\.000Z from campus, thread ivo:.*, decided /,
    );
    assert.match(
      second,
      /✓ slew fires: the rule is true.*\n {6}✓ roles\n {6}✓ when: all of\n {6}├ ✓ good\n {6}│ └ ✓ alert\.errorRadius < 0\.1 {4}\[alert\.errorRadius = 0\.05\]\n {6}└ ✓ alert\.stream in streams/,
    );
    assert.match(
      second,
      /→ done, 1 attempt: exit⟨U\+001B⟩\[31m 0 \(started 2026-11-22T03:00:00\.010Z, ended 2026-11-22T03:00:01\.000Z\)/,
    );
    assert.match(
      second,
      /✗ chat does not fire: its stream is org\.example\/e2e, and the handler takes only nasa\*\n {6}✓ roles\n {6}✗ streams/,
    );
    assert.match(first, /number 1,[\s\S]*✗ slew does not fire: good does not hold[\s\S]*└ · alert\.stream in streams/);
  });

  it('finds an alert by its id and its number, and a document that nobody can read', async (context) => {
    const { path, id } = decided(context);
    const { voeventd } = bench(context);
    assert.match((await voeventd('explain', id, '--journal', path)).output, /number 2, id /);
    assert.match((await voeventd('explain', '1', '--journal', path)).output, /number 1, id /);
    const quarantined = await voeventd('explain', 'ivo://a.b/c#bad\u202e', '--journal', path);
    assert.match(
      quarantined.output,
      /^ivo:\/\/a\.b\/c#bad⟨U\+202E⟩ \(number 3.*\n.*\n {2}It is in quarantine, .*: It ends too soon\.\n$/,
    );
  });

  it('prints JSON with the rule taken apart', async (context) => {
    const { path } = decided(context);
    const { output } = await bench(context).voeventd('explain', '2', '--json', '--journal', path);
    const [alert] = JSON.parse(output) as {
      handlers: {
        handler: string;
        parts?: { parts: { source: string; outcome: string }[] };
        delivery?: { state: string };
      }[];
    }[];
    const [slew, chat] = alert?.handlers ?? [];
    assert.deepEqual(
      slew?.parts?.parts.map(({ source, outcome }) => [source, outcome]),
      [
        ['good', 'true'],
        ['alert.stream in streams', 'true'],
      ],
    );
    assert.deepEqual([slew?.delivery?.state, chat?.handler, chat?.delivery], ['done', 'chat', undefined]);
  });

  it('says so when there is no such alert, or no journal', async (context) => {
    const { path } = decided(context);
    const { directory, write, voeventd } = bench(context);
    const unknown = await voeventd('explain', '99', '--journal', path);
    assert.deepEqual([unknown.code, unknown.output], [1, '']);
    assert.match(unknown.errors, /^voeventd: Cannot explain 99: the journal .* has no alert with that/);
    write('voeventd.yaml', `${CONFIG}journal: { path: ./j.db }\n`);
    assert.match(
      (await voeventd('explain', '1')).errors,
      new RegExp(`Cannot read the journal ${directory}/j\\.db: there is no such file`),
    );
    write('text', 'no database at all, but long enough to be looked at as if it were one');
    const foreign = await voeventd('explain', '1', '--journal', 'text');
    assert.equal(foreign.code, 1);
    assert.match(foreign.errors, /^voeventd: Cannot read/);
  });
});
