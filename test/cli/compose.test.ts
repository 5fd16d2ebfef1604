import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createDecoder, type Decoder } from '../../src/alert/decode.ts';
import type { Alert } from '../../src/alert/model.ts';
import { FULL_2_0, FULL_2_1, voevent } from '../support/packets.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const STREAM = ['--stream', 'org.example/obs'];

interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs the program from its sources, in a directory of its own. */
function bench(context: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'voeventd-compose-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  const run = (args: readonly string[], input: string | Buffer = ''): Promise<Run> => {
    const { promise, resolve } = Promise.withResolvers<Run>();
    const options = { cwd: directory, timeout: 60_000 };
    const child = execFile(process.execPath, [MAIN, ...args], options, (_error, output, errors) => {
      resolve({ code: child.exitCode, output, errors });
    });
    // It may end without having read.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    return promise;
  };
  const write = (name: string, content: string | Buffer) => writeFileSync(join(directory, name), content);
  return { directory, write, run, compose: (...args: string[]) => run(['compose', ...args]) };
}

describe('voeventd compose', { concurrency: 4 }, () => {
  let decoder: Decoder;
  before(async () => {
    decoder = await createDecoder();
  });
  const decode = ({ code, output, errors }: Run): Alert => {
    assert.equal(code, 0, errors);
    assert.equal(errors, '');
    const alert = decoder.decode(Buffer.from(output), { source: 's', receivedAt: '' }, { validate: true });
    assert.equal(alert.validity?.valid, true, JSON.stringify(alert.validity));
    return alert;
  };

  it('makes an alert of flags alone', async (context) => {
    const { compose } = bench(context);
    const alert = decode(
      await compose(
        ...[...STREAM, '--local', 'a1', '--role', 'observation', '--author-ivorn', 'ivo://org.example'],
        ...['--author-name', 'Obs', '--contact-name', 'A. Person', '--contact-email', 'a@example.org'],
        ...[
          '--date',
          '2026-11-22T10:00:00',
          '--time',
          '2026-11-22T09:00:00',
          '--ra',
          '12:34:56.7',
          '--dec',
          '-05:23:28',
        ],
        ...['--error', '30arcsec', '--description', 'Seen.', '--concept', 'GRB', '--name', 'X', '--probability', '0.9'],
        ...['--importance', '0.5', '--reference', 'https://example.org/1', '--reference', 'https://example.org/2'],
        ...['--followup', 'ivo://org.example/other#1', '--supersede', 'ivo://org.example/other#2'],
        ...['--param', 'mag=17.3,unit=mag,ucd=phot.mag;em.opt.R,type=float', '--param', 'g/note=a=b, c,d'],
        ...['--param', 'quoted="x,unit=""y""",unit=z', '--param', 'g/empty='],
      ),
    );
    assert.equal(alert.ivorn, 'ivo://org.example/obs#a1');
    assert.deepEqual([alert.version, alert.role, alert.kind], ['2.0', 'observation', 'update']);
    assert.deepEqual(alert.author, {
      ...{ ivorn: 'ivo://org.example', name: 'Obs', contact: 'A. Person', email: 'a@example.org' },
    });
    assert.deepEqual([alert.date, alert.time], ['2026-11-22T10:00:00.000Z', '2026-11-22T09:00:00.000Z']);
    assert.deepEqual([alert.ra, alert.dec], [188.73625, -5.3911111111111]);
    assert.ok(Math.abs((alert.errorRadius ?? 0) - 30 / 3600) < 1e-12);
    assert.deepEqual(
      alert.params.map(({ number: _, ...param }) => param),
      [
        { name: 'mag', value: '17.3', unit: 'mag', ucd: 'phot.mag;em.opt.R', dataType: 'float' },
        { name: 'note', value: 'a=b, c,d', group: 'g' },
        { name: 'empty', value: '', group: 'g' },
        { name: 'quoted', value: 'x,unit="y"', unit: 'z' },
      ],
    );
    assert.deepEqual(alert.inferences, [{ probability: 0.9, name: 'X', concept: 'GRB' }]);
    assert.deepEqual([alert.importance, alert.description, alert.references.length], [0.5, 'Seen.', 2]);
  });

  it('makes a retraction of a packet, as a test, with a name no other call gives', async (context) => {
    const { write, compose } = bench(context);
    write('packet.xml', voevent('ivo://org.example/survey#9'));
    const retract = async () =>
      decode(await compose('--retract', 'packet.xml', ...STREAM, '--author-ivorn', 'ivo://org.example'));
    const [one, two] = await Promise.all([retract(), retract()]);
    assert.deepEqual(one.citations, [{ ivorn: 'ivo://org.example/survey#9', cite: 'retraction' }]);
    assert.deepEqual([one.role, one.kind, one.stream], ['test', 'retraction', 'org.example/obs']);
    assert.match(one.local, /^\d{8}T\d{6}Z-[\da-f]{12}$/);
    assert.notEqual(one.ivorn, two.ivorn);
    assert.ok(Math.abs(Date.parse(one.date ?? '') - Date.now()) < 60_000);
  });

  it('fills a draft with flags: single values are replaced, Params of a name too, lists are added to', async (context) => {
    const { write, compose } = bench(context);
    write(
      'draft.yaml',
      `ivorn: ivo://org.example/survey#template
role: utility
author: { ivorn: ivo://org.example, contact: A. Person }
params:
  - { name: mag, value: 99, unit: mag }
  - { name: kept, value: "1" }
groups:
  - { name: g, params: [{ name: x, value: 1.50, ucd: u }] }
citations: [{ ivorn: ivo://org.example/survey#1, cite: followup }]
`,
    );
    const flags = ['--param', 'mag=17', '--param', 'g/x=2', '--param', 'new=3', '--author-name', 'Obs'];
    const alert = decode(
      await compose('draft.yaml', '--local', 'real', ...flags, '--retract', 'ivo://org.example/survey#2'),
    );
    assert.equal(alert.ivorn, 'ivo://org.example/survey#real');
    assert.equal(alert.role, 'utility');
    assert.deepEqual(alert.author, { ivorn: 'ivo://org.example', name: 'Obs', contact: 'A. Person' });
    assert.deepEqual(
      alert.params.map(({ number: _, ...param }) => param),
      [
        { name: 'mag', value: '17', unit: 'mag' },
        { name: 'kept', value: '1' },
        { name: 'new', value: '3' },
        { name: 'x', value: '2', ucd: 'u', group: 'g' },
      ],
    );
    assert.deepEqual(
      alert.citations.map(({ cite }) => cite),
      ['followup', 'retraction'],
    );
  });

  it('composes again what parse prints, in the version it had, also with other values', async (context) => {
    const { write, run } = bench(context);
    for (const [packet, ...flags] of [[FULL_2_0], [FULL_2_1, '--error', '0.2']] as const) {
      write('p.xml', packet);
      const parsed = (await run(['parse', 'p.xml'])).output;
      const was = JSON.parse(parsed) as Alert;
      const is = decode(await run(['compose', '-', ...flags], parsed));
      for (const field of ['ivorn', 'version', 'role', 'time', 'ra', 'dec', 'citations', 'description'] as const) {
        assert.deepEqual(is[field], was[field], field);
      }
      assert.equal(is.params.length, was.params.length);
      // What has no date gets one: this document is written now.
      assert.ok(is.date !== undefined && (was.date === undefined || is.date === was.date));
    }
    const values = ['--param', 'mag=1', '--param', 'first/mag=2'];
    write('p.xml', FULL_2_0);
    const changed = decode(await run(['compose', '-', ...values], (await run(['parse', 'p.xml'])).output));
    assert.deepEqual(
      changed.params.map(({ value }) => value),
      ['1', 'R & V', 'attribute', '2', 'not a number', ''],
    );
  });

  it('makes a VOEvent of GCN’s JSON, once it has a name', async (context) => {
    const { run, write } = bench(context);
    const notice = { alert_tense: 'test', trigger_time: '2026-11-22T10:00:00Z', ra: 120, dec: 40, ra_dec_error: 0.02 };
    write('notice.json', JSON.stringify({ $schema: 'https://gcn.nasa.gov/schema/v4/x.json', mission: 'M', ...notice }));
    const parsed = (await run(['parse', 'notice.json'])).output;
    const alert = decode(await run(['compose', '-', ...STREAM], parsed));
    assert.deepEqual([alert.ra, alert.dec, alert.errorRadius, alert.system], [120, 40, 0.02, 'UTC-ICRS-GEO']);
    assert.deepEqual([alert.role, alert.time, alert.stream], ['test', '2026-11-22T10:00:00.000Z', 'org.example/obs']);
  });

  it('names the local part after ? in VOEvent 2.1, which takes a position without an error', async (context) => {
    const { compose } = bench(context);
    const args = [...STREAM, '--local', 'a', '--ra', '1', '--dec', '2', '--param', 'n=1'];
    assert.equal(decode(await compose(...args, '--format-version', '2.1')).ivorn, 'ivo://org.example/obs?a');
    const refused = await compose(...args);
    assert.equal(refused.code, 1);
    assert.match(refused.errors, /^voeventd: Cannot compose the alert\.\nerrorRadius: VOEvent 2\.0 wants an error/);
  });

  it('writes into a new file, never over another', async (context) => {
    const { directory, compose } = bench(context);
    const first = await compose(...STREAM, '--output', 'new.xml');
    assert.deepEqual(first, { code: 0, output: '', errors: '' });
    const written = readFileSync(join(directory, 'new.xml'), 'utf8');
    const second = await compose(...STREAM, '--output', 'new.xml');
    assert.equal(second.code, 1);
    assert.equal(second.errors, 'voeventd: Cannot write new.xml: it exists, and is never overwritten.\n');
    assert.equal(readFileSync(join(directory, 'new.xml'), 'utf8'), written);
    assert.equal((await compose(...STREAM, '--output', 'no/where.xml')).code, 1);
  });

  it('tells every fault of a draft with its place, and prints nothing', async (context) => {
    const { write, directory, compose } = bench(context);
    write(
      'draft.yaml',
      'ivorn: ivo://org.example/a\nroll: test\nra: "12"\ncitations:\n  - { ivorn: x, cite: followp }\n',
    );
    const run = await compose('draft.yaml', '--importance', '2', '--output', 'out.xml');
    assert.deepEqual([run.code, run.output, existsSync(join(directory, 'out.xml'))], [1, '', false]);
    assert.deepEqual(run.errors.trim().split('\n'), [
      'voeventd: Cannot compose the alert.',
      'draft.yaml:1:8: ivorn: It cannot name an alert. Write it as ivo://org.example/survey#2026-7.',
      'draft.yaml:2:1: There is no option roll (did you mean role?).',
      'draft.yaml:3:5: ra: Expected a number, got "12". Remove the quotes.',
      'draft.yaml:5:14: citations.0.ivorn: Write the whole identifier, as ivo://org.example/survey#7.',
      'draft.yaml:5:23: citations.0.cite: It must be followup, supersedes or retraction, and is "followp" (did you mean followup?).',
      'importance: It must be from 0 to 1.',
      'dec: There is a ra without a dec. Write both, or none.',
      'errorRadius: VOEvent 2.0 wants an error with every position. Write one, in degrees, or write VOEvent 2.1.',
    ]);
  });

  for (const [what, args, input, pattern] of [
    ['nothing to name it by', [], '', /^voeventd: Cannot name the alert: give --stream/],
    ['a local part of nothing', ['--local', 'a'], '', /--local needs --stream/],
    ['two names', ['--ivorn', 'ivo://org.example/a#1', '--local', 'a'], '', /not both/],
    ['a draft that is not there', ['none.yaml'], '', /Cannot read none\.yaml: no such file/],
    ['a draft that is no map', ['-'], '- a\n', /standard input: it holds no map of fields/],
    ['a draft that is no YAML', ['-'], 'a: [1\n', /Cannot read the draft\.\nstandard input:\d+:\d+: /],
    ['several alerts', ['-'], '{"a": 1}\n{"a": 2}\n', /more than one alert at a time/],
    ['a packet to cite that is not there', [...STREAM, '--followup', 'p.xml'], '', /Cannot cite p\.xml: no such file/],
    ['a file to cite that is no packet', [...STREAM, '--retract', MAIN], '', /it is no VOEvent with an identifier/],
    ['an empty draft without a name', ['-'], '', /Cannot name the alert/],
  ] as const) {
    it(`refuses ${what}`, async (context) => {
      const { run } = bench(context);
      const result = await run(['compose', ...args], input);
      assert.deepEqual([result.code, result.output], [1, '']);
      assert.match(result.errors, pattern);
    });
  }

  it('takes a flag of no sense for a mistake in the command', async (context) => {
    const { compose } = bench(context);
    for (const [flag, value, pattern] of [
      ['--ra', 'north', /Expected degrees, or hours as/],
      ['--dec', '1:99:00', /Expected degrees, or -05:23:28/],
      ['--error', '5parsec', /deg, arcmin, arcsec or mas/],
      ['--param', 'novalue', /Expected NAME=VALUE/],
      ['--probability', 'high', /Expected a number/],
      ['--format-version', '1.1', /Allowed choices are 2\.0, 2\.1/],
    ] as const) {
      const { code, errors } = await compose(...STREAM, flag, value);
      assert.equal(code, 2, flag);
      assert.match(errors, pattern);
    }
  });
});
