import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createDecoder } from '../../src/alert/decode.ts';
import { alertSchema } from '../../src/alert/model.ts';
import { ConfigDocument } from '../../src/config/document.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { discard, prepare } from '../../src/prepare.ts';
import { selectionOf } from '../../src/selection.ts';
import { runTest } from '../../src/trial/run-test.ts';
import { sampleAlert } from '../../src/trial/sample.ts';
import { testsSchema } from '../../src/trial/settings.ts';
import { recordedLog } from '../dispatch/scripted.ts';
import { packet } from '../support/play.ts';

const decoder = await createDecoder();
const TIME = '2026-11-22T03:00:00.000Z';
const BASE = 'identity: ivo://org.example/t\nsources: { s: { type: vtp, brokers: [b] } }\n';

function folder(context: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'voeventd-trial-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return (name: string, content: string | Buffer): string => {
    const file = join(directory, name);
    writeFileSync(file, content);
    return file;
  };
}

/** What came of each test, a line for each failure. */
async function outcomes(file: string): Promise<{ problems: string[]; results: [string, ...string[]][] }> {
  const { prepared, problems } = await prepare(ConfigDocument.read(file), () => recordedLog());
  await discard(prepared?.handlers ?? []);
  const selections = (prepared?.handlers ?? []).map((handler) =>
    selectionOf(handler, prepared?.settings ?? assert.fail()),
  );
  const results: [string, ...string[]][] = [];
  for (const test of prepared?.tests ?? []) {
    const { problem, failures } = await runTest(test, selections, decoder, 's');
    const told = failures.map(({ handler, expected, got }) => `${handler}: ${expected}, got ${got}`);
    results.push([test.name, ...(problem === undefined ? told : [problem])]);
  }
  return { problems: problems.map(formatProblem), results };
}

describe('an alert written by its fields', () => {
  const sample = (given: unknown, number = 1) => {
    const [test] = testsSchema('.').parse([{ name: 'a', alert: given, silent: ['x'] }]);
    return sampleAlert(test?.alert ?? assert.fail(), number, TIME, 'campus').alert;
  };

  it('is a plain observation but for what is said', () => {
    const plain = sample({});
    assert.deepEqual(
      [plain.role, plain.test, plain.kind, plain.ra, plain.date, plain.source],
      ['observation', false, 'new', undefined, TIME, 'campus'],
    );
    alertSchema.parse(plain);
    assert.notEqual(plain.id, sample({}, 2).id);
    assert.equal(plain.thread, sample({ ra: 1 }, 2).thread);
  });

  it('has what follows from what is said', () => {
    const { test, kind, stream, local, params, groups } = sample({
      role: 'test',
      ivorn: 'ivo://nasa.gsfc.gcn/SWIFT#x-1',
      citations: [{ ivorn: 'ivo://a.b/c#d', cite: 'retraction' }],
      params: [
        { name: 'a', value: 61, group: 'g' },
        { name: 'b', value: true },
      ],
    });
    assert.deepEqual([test, kind, stream, local], [true, 'retraction', 'nasa.gsfc.gcn/SWIFT', 'x-1']);
    assert.deepEqual(params, [
      { name: 'a', value: '61', number: 61, group: 'g' },
      { name: 'b', value: 'true' },
    ]);
    assert.deepEqual(groups, [{ name: 'g', params: [params[0]] }]);
    assert.equal(sample({ role: 'test', test: false }).test, false);
    assert.deepEqual(sample({ params: { TrigID: 5 } }).params, [{ name: 'TrigID', value: '5', number: 5 }]);
  });
});

describe('a test of a configuration', () => {
  it('holds, or says what was expected and what came instead', async (context) => {
    const write = folder(context);
    const file = write(
      'voeventd.yaml',
      `${BASE}handlers: { a: { plugin: log, when: alert.ra > 10 }, b: { plugin: log, kinds: [update] } }
tests:
  - { name: good, alert: { ra: 11 }, fires: [a], silent: [b], because: { b: its kind is new } }
  - { name: bad, alert: { ra: 1 }, fires: [a], silent: [b], because: { a: alert.ra = 2 } }
`,
    );
    const { problems, results } = await outcomes(file);
    assert.deepEqual(problems, []);
    const why = 'alert.ra > 10 is false (alert.ra = 1)';
    assert.deepEqual(results, [
      ['good'],
      ['bad', 'a: that it fires, got that it does not fire', `a: that because says “alert.ra = 2”, got “${why}”`],
    ]);
  });

  it('is about the last alert; those before it came when they were written', async (context) => {
    const write = folder(context);
    write('one.xml', packet('one', { date: '2026-11-22T01:00:00' }));
    write('two.xml', packet('one', { date: '2026-11-22T03:00:00', errorRadius: 0.01 }));
    const handlers = `handlers:
  once: { plugin: log, once: thread, maxAge: 10m }
  better: { plugin: log, repeat: { improved: true }, maxAge: 10m }
  never: { plugin: log, onRetraction: cancel }
`;
    const file = write(
      'voeventd.yaml',
      `${BASE}${handlers}tests:
  - { name: again, packets: [one.xml, two.xml], silent: [once], fires: [better], because: { once: of this thread } }
  - { name: first, packets: [two.xml], fires: [once, better] }
  - { name: late, at: 2026-11-22T04:00:00Z, packets: [two.xml], silent: [once], because: { once: 1h old } }
  - { name: other, alerts: [{ thread: a }, { thread: b }], fires: [once] }
  - { name: gone, alerts: [{ kind: retraction }, {}], silent: [never], because: { never: has been retracted } }
`,
    );
    const { problems, results } = await outcomes(file);
    assert.deepEqual(problems, []);
    assert.deepEqual(results, [['again'], ['first'], ['late'], ['other'], ['gone']]);
  });

  it('that cannot read a packet says so', async (context) => {
    const write = folder(context);
    write('bad.xml', '<VOEvent>');
    const file = write(
      'voeventd.yaml',
      `${BASE}handlers: { a: { plugin: log } }\ntests: [{ name: x, packets: [bad.xml], fires: [a] }]\n`,
    );
    const [[, problem = ''] = ['']] = (await outcomes(file)).results;
    assert.match(problem, /^Cannot read .*bad\.xml: /);
  });

  it('may stand in a file beside the configuration, whose mistakes are told with their place', async (context) => {
    const write = folder(context);
    const file = write('voeventd.yaml', `${BASE}handlers: { watch: { plugin: log } }\n`);
    write('b.test.yaml', '- { name: from b, alert: {}, fires: [watch] }\n');
    write(
      'a.test.yaml',
      'tests:\n  - { name: from a, alert: {}, fires: [watch] }\n  - { name: more, packets: [no.xml], silent: [wathc] }\n',
    );
    write('c.test.yaml', 'handlers: {}\n');
    write('d.test.yaml', '- { name: x, alert: { errorRadus: 1 }, fires: [watch] }\n');
    write('e.test.yaml', '- { name: [\n');
    const { problems, results } = await outcomes(file);
    assert.deepEqual(results.slice(0, 1).concat(results.slice(-1)), [['from a'], ['from b']]);
    assert.deepEqual(
      problems.map((problem) => /([a-e]\.test\.yaml:\d+:\d+: .{20})/.exec(problem)?.[1]),
      [
        'a.test.yaml:3:29: tests.1.packets.0: C',
        'a.test.yaml:3:47: tests.1.silent.0: Th',
        'c.test.yaml:1:1: A file of tests hold',
        'd.test.yaml:1:23: 0.alert: There is no',
        'e.test.yaml:2:1: A closing ] is missi',
      ],
    );
    assert.match(problems[1] ?? '', /There is no handler wathc \(did you mean watch\?\)\.$/);
  });
});

describe('a trial', () => {
  it('decides as the daemon does that is done with one alert before the next', async (context) => {
    const write = folder(context);
    const cases = `tests:
  - { name: parked, alerts: [{}, { kind: retraction }], fires: [mount, undone] }
  - { name: once, alerts: [{}, { kind: update }], silent: [mount] }
  - { name: no better, alerts: [{ errorRadius: 0.1 }, { kind: update, errorRadius: 3 }], silent: [better] }
  - { name: better, alerts: [{ errorRadius: 0.1 }, { kind: update, errorRadius: 0.05 }], fires: [better] }
`;
    const undoing = 'onRetraction: cancel, retraction: { format: json }';
    const file = write(
      'voeventd.yaml',
      `${BASE}handlers:
  mount: { plugin: log, once: thread, ${undoing} }
  undone: { plugin: log, ${undoing} }
  better: { plugin: log, repeat: { improved: true }, onRetraction: cancel }
${cases}`,
    );
    const { problems, results } = await outcomes(file);
    assert.deepEqual(problems, []);
    assert.deepEqual(results, [['parked'], ['once'], ['no better'], ['better']]);
  });
});
