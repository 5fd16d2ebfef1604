import assert from 'node:assert/strict';
import { promises as fs, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import log from '../../plugins/log/index.ts';
import { degrees, hours } from '../../plugins/shared/sexagesimal.ts';
import type { Alert } from '../../src/plugin/api.ts';
import { configure, contextFor, failureOf, sampleAlert, withoutFields } from '../support/plugin-context.ts';

const directory = mkdtempSync(join(tmpdir(), 'log-test-'));

after(() => fs.rm(directory, { recursive: true, force: true }));

/** What one alert adds to the daemon's log. */
async function logged(alert: Alert, options: object = {}): Promise<string[]> {
  const context = contextFor(configure(log, options, directory));
  await log.handle(alert, context);
  return context.logged.map(({ level, message }) => `${level}: ${message}`);
}

describe('the line', () => {
  it('says when, what, where and how sure, in degrees and sexagesimal', async () => {
    assert.deepEqual(await logged(sampleAlert()), [
      'info: 2026-11-22T10:00:07.250Z observation new ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_532871-729' +
        ' | event 2026-11-22T09:59:58.12Z | 83.63310 +22.01450 ± 0.05 deg (05:34:31.94 +22:00:52.2)' +
        ' | importance 0.95 | from campus',
    ]);
  });

  it('tells what others have failed at', async () => {
    const because = [{ handler: 'slew', outcome: 'stuck\n', attempts: 3, endedAt: '2026-11-22T10:00:10.000Z' }];
    const told = async (format: string) => {
      const context = contextFor(configure(log, { format }), { because });
      await log.handle(sampleAlert(), context);
      return context.logged[0]?.message ?? '';
    };
    assert.match(await told('line'), / \| from campus \| slew failed after 3 attempts: stuck$/);
    assert.deepEqual(JSON.parse(await told('json')).because, because);
  });

  it('leaves out what the alert does not say', async () => {
    const bare = withoutFields(sampleAlert({ kind: 'retraction' }), 'time', 'ra', 'dec', 'errorRadius', 'importance');
    assert.deepEqual(await logged(bare), [
      'info: 2026-11-22T10:00:07.250Z observation retraction ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_532871-729 | from campus',
    ]);
    assert.match((await logged(withoutFields(sampleAlert(), 'errorRadius')))[0] ?? '', /\+22\.01450 deg/);
  });

  it('marks a test, also one whose role does not say so', async () => {
    assert.match((await logged(sampleAlert({ role: 'test', test: true })))[0] ?? '', / TEST test new /);
    assert.match((await logged(sampleAlert({ test: true })))[0] ?? '', / TEST observation new /);
    assert.doesNotMatch((await logged(sampleAlert()))[0] ?? '', /TEST/);
  });

  it('names a coordinate system that is not the usual one', async () => {
    assert.match((await logged(sampleAlert({ system: 'UTC-GALACTIC-GEO' })))[0] ?? '', /\) UTC-GALACTIC-GEO \|/);
  });

  it('holds a small error radius and a far southern position', async () => {
    const [text = ''] = await logged(sampleAlert({ ra: 0, dec: -0.00001, errorRadius: 0.000123456 }));
    assert.match(text, /\| 0\.00000 -0\.00001 ± 0\.000123 deg \(00:00:00\.00 -00:00:00\.0\)/);
  });

  it('is one line that no packet can break or colour', async () => {
    const ivorn = 'ivo://a/b#\u001b[31mred\u001b]0;title\u0007\r\n2026 fake line\u009b2J\u202egpj\u2028x\u007f';
    const [text = ''] = await logged(sampleAlert({ ivorn, source: 'a\nb' }));
    assert.match(text, /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+$/);
    assert.match(text, /ivo:\/\/a\/b#red.*fake line.*from ab$/);
  });

  it('stays short when an identifier is not', async () => {
    const [text = ''] = await logged(sampleAlert({ ivorn: `ivo://${'x'.repeat(1_000_000)}` }));
    assert.ok(text.length < 1_000);
  });

  it('is free of control characters for any text in any field', async () => {
    const anyText = fc.string({ unit: 'binary' });
    await fc.assert(
      fc.asyncProperty(anyText, anyText, anyText, async (ivorn, time, system) => {
        for (const format of ['line', 'json']) {
          const [text = ''] = await logged(sampleAlert({ ivorn, time, system }), { format });
          assert.doesNotMatch(text, /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
        }
      }),
    );
  });
});

describe('JSON', () => {
  it('is the whole alert in one line, with control characters escaped, not lost', async () => {
    const alert = sampleAlert({ description: 'a\n\u001b[31m\u009b\u202e\u2028"é"' });
    const [text = ''] = await logged(alert, { format: 'json' });
    const written = text.slice('info: '.length);
    assert.deepEqual(JSON.parse(written), withoutFields(alert, 'raw'));
    assert.match(written, /a\\n\\u001b\[31m\\u009b\\u202e\\u2028\\"é\\"/);
  });
});

describe('a file', () => {
  const deliver = (options: object, alert: Alert) => log.handle(alert, contextFor(configure(log, options, directory)));
  const ivorns = async (path: string) =>
    (await fs.readFile(join(directory, path), 'utf8'))
      .split('\n')
      .map((text) => (text === '' ? '' : JSON.parse(text).ivorn));

  it('gets a line for each alert, and nothing goes to the log', async () => {
    const context = contextFor(configure(log, { destination: 'a.log', format: 'json' }, directory));
    await log.setup(context);
    for (const ivorn of ['1', '2', '3']) await log.handle(sampleAlert({ ivorn }), context);
    assert.deepEqual(await ivorns('a.log'), ['1', '2', '3', '']);
    assert.deepEqual(context.logged, []);
  });

  it('that was renamed or removed by log rotation is made anew', async () => {
    const options = { destination: 'b.log', format: 'json' };
    await deliver(options, sampleAlert({ ivorn: '1' }));
    await fs.rename(join(directory, 'b.log'), join(directory, 'b.log.1'));
    await deliver(options, sampleAlert({ ivorn: '2' }));
    await fs.rm(join(directory, 'b.log'));
    await deliver(options, sampleAlert({ ivorn: '3' }));
    assert.deepEqual(await ivorns('b.log.1'), ['1', '']);
    assert.deepEqual(await ivorns('b.log'), ['3', '']);
  });

  it('gets whole lines from two handlers at once', async () => {
    const options = { destination: 'c.log', format: 'json' };
    const names = Array.from({ length: 50 }, (_, index) => `${index}`.padEnd(5_000, '.'));
    await Promise.all(names.map((ivorn) => deliver(options, sampleAlert({ ivorn }))));
    assert.deepEqual((await ivorns('c.log')).sort(), ['', ...names].sort());
  });

  it('that cannot be opened stops the start, and later is tried again', async () => {
    await fs.writeFile(join(directory, 'file'), '');
    const context = contextFor(configure(log, { destination: 'file/x.log' }, directory));
    await assert.rejects(
      async () => log.setup(context),
      /^Error: Cannot append to .*\/file\/x\.log: .*change the option "destination"\.$/,
    );
    const failure = await failureOf(() => log.handle(sampleAlert(), context));
    assert.equal(failure.retryable, true);
    assert.match(failure.message, /^Cannot append to .*\/file\/x\.log: ENOTDIR/);
  });
});

describe('sexagesimal', () => {
  const cases: [number, number, string, string][] = [
    [0, 0, '00:00:00.00', '+00:00:00.0'],
    [83.6331, 22.0145, '05:34:31.94', '+22:00:52.2'],
    [10.6847083, -41.26875, '00:42:44.33', '-41:16:07.5'],
    [359.999999, 89.999999, '00:00:00.00', '+90:00:00.0'],
    [14.99999, -0.5, '01:00:00.00', '-00:30:00.0'],
    [180, -90, '12:00:00.00', '-90:00:00.0'],
  ];
  for (const [ra, dec, ofRa, ofDec] of cases) {
    it(`${ra} ${dec} is ${ofRa} ${ofDec}`, () => {
      assert.deepEqual([hours(ra), degrees(dec)], [ofRa, ofDec]);
    });
  }

  it('names the same place, to the last digit it shows, and never 60 of anything', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 359.99, noNaN: true }),
        fc.double({ min: -90, max: 90, noNaN: true }),
        (ra, dec) => {
          const value = (text: string) => {
            const [whole = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, '').split(':').map(Number);
            assert.ok(minutes < 60 && seconds < 60, text);
            return whole + minutes / 60 + seconds / 3_600;
          };
          assert.ok(Math.abs(value(hours(ra)) * 15 - ra) <= (0.0051 * 15) / 3_600);
          assert.ok(Math.abs(value(degrees(dec)) * (degrees(dec).startsWith('-') ? -1 : 1) - dec) <= 0.051 / 3_600);
        },
      ),
    );
  });
});

describe('options', () => {
  it('have defaults', () => {
    assert.deepEqual(configure(log, {}), { format: 'line' });
  });

  it('that do not fit are refused', () => {
    for (const options of [{ format: 'xml' }, { destination: '' }, { file: 'x' }]) {
      assert.throws(() => configure(log, options), { name: 'ZodError' }, JSON.stringify(options));
    }
  });
});

it('says what it would write, and writes nothing', async () => {
  const destination = join(directory, 'pretended');
  const would = (options: Record<string, unknown>) => log.pretend(sampleAlert(), contextFor(configure(log, options)));
  assert.match(would({}), /^log the line: 2026-11-22T10:00:07\.250Z observation new ivo:/);
  assert.match(would({ format: 'json' }), /^log a line of JSON \(\d+ bytes\)$/);
  assert.ok(would({ destination }).startsWith(`append to ${destination} the line: 2026`));
  await assert.rejects(fs.stat(destination));
});
