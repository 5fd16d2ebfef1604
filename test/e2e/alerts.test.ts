import assert from 'node:assert/strict';
import test from 'node:test';
import { sandbox, type Voeventd } from '../support/executable.ts';
import { packet, programOf, startBroker } from '../support/play.ts';

const GCN = {
  $schema: 'https://gcn.nasa.gov/schema/v7.2.3/gcn/notices/fermi/gbm/trigger.schema.json',
  mission: 'Fermi',
  instrument: 'GBM',
  id: ['537755817', 'bn180116026'],
  alert_type: 'update',
  alert_tense: 'current',
  trigger_time: '2018-01-16T00:36:52.81',
  ra: 214.74,
  dec: 28.14,
  ra_dec_error: 11.19,
};

const FERMI = `<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0" role="observation"
  ivorn="ivo://nasa.gsfc.gcn/Fermi#GBM_Alert_537755817"><What><Param name="TrigID" value="537755817"/></What></voe:VOEvent>`;

type Printed = Record<string, unknown> & { validity?: { schema: string; valid: boolean; problems: unknown[] } };

async function printed(command: Voeventd, code = 0): Promise<Printed[]> {
  assert.equal((await command.exited).code, code, command.lines.join('\n'));
  return command.output.map((line) => JSON.parse(line) as Printed);
}

test('parse gives the same fields for a VOEvent and for JSON, and one thread to alerts about one event', async (context) => {
  const { write, start } = sandbox(context);
  const files = [write('gcn.json', JSON.stringify(GCN)), write('fermi.xml', FERMI)];
  const alerts = await printed(start('parse', ...files));
  assert.deepEqual(
    alerts.map(({ format, mission, kind, thread }) => [format, mission, kind, thread]),
    [
      ['gcn', 'Fermi', 'update', 'fermi:537755817'],
      ['voevent', 'Fermi', 'new', 'fermi:537755817'],
    ],
  );
  assert.deepEqual(alerts[0]?.raw, GCN);
  const [lean] = await printed(start('parse', '--no-raw', ...files));
  assert.equal(lean?.raw, undefined);
  assert.equal(lean?.errorRadius, 11.19);
});

test('parse --validate knows the schemas inside the executable, and names line, fault and remedy', async (context) => {
  const { write, start } = sandbox(context);
  const good = write('good.xml', FERMI);
  assert.deepEqual((await printed(start('parse', '--validate', good)))[0]?.validity, {
    schema: '2.0',
    valid: true,
    problems: [],
  });
  const bad = write('bad.xml', FERMI.replace('<Param name=', '<Param nmae='));
  const parse = start('parse', '--validate', bad);
  const [alert] = await printed(parse, 1);
  assert.equal(alert?.validity?.valid, false);
  assert.match(parse.lines.join('\n'), /bad\.xml:2: Param has no attribute "nmae"; did you mean "name"\?/);
});

test('compose writes what parse reads, from flags and from what parse printed', async (context) => {
  const { write, start, startWith } = sandbox(context);
  const flags = ['--stream', 'org.example/survey', '--local', '7', '--author-ivorn', 'ivo://org.example'];
  const compose = start(
    'compose',
    ...flags,
    '--role',
    'observation',
    '--ra',
    '05:34:31.9',
    '--dec',
    '-5.5',
    '--error',
    '30arcsec',
  );
  assert.equal((await compose.exited).code, 0, compose.lines.join('\n'));
  const file = write('seven.xml', compose.output.join('\n'));
  const [alert] = await printed(start('parse', '--validate', file));
  assert.equal(alert?.ivorn, 'ivo://org.example/survey#7');
  assert.equal(alert?.dec, -5.5);
  assert.ok(
    Math.abs(Number(alert?.ra) - 83.632_916_7) < 1e-6 && Math.abs(Number(alert?.errorRadius) - 30 / 3_600) < 1e-9,
  );
  const again = startWith({ input: JSON.stringify(alert) }, 'compose', '-', '--retract', file, '--local', '8');
  assert.equal((await again.exited).code, 0, again.lines.join('\n'));
  const [retraction] = await printed(start('parse', write('eight.xml', again.output.join('\n'))));
  assert.deepEqual([retraction?.kind, retraction?.thread], ['retraction', alert?.thread]);
  const wrong = start('compose', ...flags, '--ra', '400', '--importance', '2');
  assert.equal((await wrong.exited).code, 1);
  assert.match(wrong.lines.join('\n'), /ra[\s\S]*importance|importance[\s\S]*ra/);
});

test('compose writes a VOEvent from what parse printed of JSON', async (context) => {
  const { write, start, startWith } = sandbox(context);
  const notice = { ...GCN, ref_ID: 'S180116a', ref_instrument: 'LVK', observation_start: '2018-01-16T00:30:00' };
  const [alert] = await printed(start('parse', write('gcn.json', JSON.stringify(notice))));
  const input = JSON.stringify(alert);
  const compose = startWith({ input }, 'compose', '-', '--stream', 'org.example/relay');
  assert.equal((await compose.exited).code, 0, compose.lines.join('\n'));
  const [again] = await printed(start('parse', '--validate', write('relayed.xml', compose.output.join('\n'))));
  for (const field of ['ra', 'dec', 'errorRadius', 'time', 'role', 'params', 'groups']) {
    const bare = (value: unknown) => JSON.stringify(value, (key, item) => (key === 'dataType' ? undefined : item));
    assert.equal(bare(again?.[field]), bare(alert?.[field]), field);
  }
  assert.equal(again?.validity?.valid, true);
  const binary = start('compose', write('binary', 'a\0b'));
  assert.equal((await binary.exited).code, 1);
  assert.match(binary.lines.join('\n'), /^voeventd: Cannot read .*binary: it is not a text in UTF-8/);
});

test('schema alert is the JSON Schema of what parse prints', async (context) => {
  const { start } = sandbox(context);
  const schema = start('schema', 'alert');
  assert.equal((await schema.exited).code, 0);
  const json = JSON.parse(schema.output.join('\n')) as { properties: Record<string, { description?: string }> };
  for (const field of ['thread', 'far', 'classification', 'skymap', 'raw']) {
    assert.ok((json.properties[field]?.description ?? '').length > 10, field);
  }
});

test('a handler’s program gets the fields of the model in its environment and in VOEVENT_JSON', async (context) => {
  const { port } = await startBroker(context, { program: programOf([packet('other'), Buffer.from(FERMI)]) });
  const { write, start } = sandbox(context);
  write('tell.sh', 'echo "$VOEVENT_THREAD of $VOEVENT_MISSION"; grep -o \'"format":"voevent"\' "$VOEVENT_JSON"\n');
  write(
    'voeventd.yaml',
    `identity: ivo://org.example/telescope
journal: { path: ./journal.db }
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"] } }
handlers:
  tell:
    plugin: exec
    when: alert.params.exists(param, param.name == "TrigID") && alert.thread == "fermi:537755817"
    with: { command: [sh, tell.sh] }
`,
  );
  const daemon = start('run');
  await daemon.logged(/fermi:537755817 of Fermi/);
  await daemon.logged(/"format":"voevent"/);
});
