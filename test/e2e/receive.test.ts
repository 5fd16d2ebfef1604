import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import test, { type TestContext } from 'node:test';
import { sandbox } from '../support/executable.ts';
import { packet, programOf, startBroker } from '../support/play.ts';

const PLUGIN = `
import type { Plugin } from 'voeventd';
import { appendFileSync } from 'node:fs';

export default {
  permissions: { write: ['./mine'] },
  config: (z) => z.strictObject({ exposure: z.number(), to: z.string() }),
  async handle(alert, context) {
    const { exposure, to } = context.config;
    appendFileSync(to, \`\${alert.ivorn} \${exposure} \${context.attempt} \${context.packet.length}\\n\`);
  },
} satisfies Plugin<{ exposure: number; to: string }>;
`;

/** Writes what it was given: arguments, environment, standard input, files. */
const PROGRAM = `#!/bin/sh
{ printf '%s|' "$@"; printf '%s|%s|' "$VOEVENT_IVORN" "$VOEVENT_ROLE"; cmp -s - "$VOEVENT_FILE" && printf 'same bytes|'; head -c 6 "$VOEVENT_JSON"; echo; } >> "$1"
`;

async function webhookServer(
  context: TestContext,
): Promise<{ port: number; requests: { headers: IncomingHttpHeaders; body: string }[] }> {
  const requests: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (request, response) => {
    requests.push({ headers: request.headers, body: (await buffer(request)).toString() });
    response.end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  return { port: (server.address() as AddressInfo).port, requests };
}

test('the executable keeps, acknowledges and hands on what a broker sends, and holds tests back', async (context) => {
  const { directory, write, start } = sandbox(context);
  const packets = [
    packet('first', { what: '<Param name="TrigID" value="42"/>' }),
    packet('a-test', { role: 'test' }),
    packet('wide', { errorRadius: 12 }),
    packet('marked', { what: '<Param name="Test_Submission" value="true"/>' }),
    packet('utility', { role: 'utility' }),
  ];
  const { broker, port } = await startBroker(context, { program: programOf(packets), rate: 50 });
  const web = await webhookServer(context);
  mkdirSync(join(directory, 'plugins'));
  write('plugins/follow-up.ts', PLUGIN);
  write('program.sh', PROGRAM);
  write('token', 'open-sesame\n');
  write(
    'voeventd.yaml',
    `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"] } }
handlers:
  keep: { plugin: archive, roles: [observation, prediction, utility, test], with: { directory: ./archive } }
  slew:
    plugin: exec
    when: alert.role == "observation" && alert.errorRadius < 1.0
    with: { command: [sh, ./program.sh, ./ran, "{alert.ra}", "a b {param.TrigID|none}"] }
  chat:
    plugin: webhook
    with: { url: "http://127.0.0.1:${web.port}/hook", headers: { Authorization: { file: ./token } } }
  mine:
    plugin: follow-up
    allow: { write: [./mine] }
    with: { exposure: 90, to: ${JSON.stringify(join(directory, 'mine'))} }
`,
  );
  const daemon = start('run', '-c', 'voeventd.yaml');
  await broker.finished();
  await daemon.logged(/^keep done/, packets.length);
  await daemon.logged(/^(chat|mine) done/, 4);
  await daemon.logged(/^slew done/);

  const report = broker.report();
  assert.equal(report.acknowledged, packets.length);
  assert.deepEqual([...report.wrongs], []);

  const archived = readdirSync(join(directory, 'archive'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.xml'),
  );
  const bytes = archived.map((name) => readFileSync(join(directory, 'archive', name), 'utf8')).sort();
  assert.deepEqual(bytes, packets.map(String).sort());

  assert.equal(
    readFileSync(join(directory, 'ran'), 'utf8'),
    './ran|74.7412|a b 42|ivo://org.example/e2e#first|observation|same bytes|{"id":\n',
  );
  assert.deepEqual(
    web.requests.map(({ body }) => (JSON.parse(body) as { ivorn: string }).ivorn),
    ['ivo://org.example/e2e#first', 'ivo://org.example/e2e#wide'],
  );
  assert.equal(web.requests[0]?.headers.authorization, 'open-sesame');
  assert.equal(
    readFileSync(join(directory, 'mine'), 'utf8'),
    `ivo://org.example/e2e#first 90 1 ${packets[0]?.length}\nivo://org.example/e2e#wide 90 1 ${packets[2]?.length}\n`,
  );
  assert.ok(!daemon.lines.some((line) => line.includes('open-sesame')), 'a secret is in the log');

  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
});

test('a malformed alert is kept in quarantine, acknowledged, and loud in the log', async (context) => {
  const { write, start } = sandbox(context);
  const broken = Buffer.from(packet('broken').toString().replace('</What>', ''));
  const { broker, port } = await startBroker(context, { program: programOf([broken, packet('whole')]) });
  write(
    'voeventd.yaml',
    `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"] } }
handlers: { lines: { plugin: log } }
`,
  );
  const daemon = start('run');
  await broker.finished();
  const line = await daemon.logged(/^In quarantine/);
  await daemon.logged(/^lines done/);
  assert.equal(broker.report().acknowledged, 2);
  assert.equal(line.level, 'error');
  assert.match(
    line.msg,
    /ivo:\/\/org\.example\/e2e#broken from campus.*not well-formed.*line \d+, column \d+.*kept as number 1/s,
  );
  await daemon.stop();
});

test('a second daemon on the same journal is refused with the process of the first', async (context) => {
  const { write, start } = sandbox(context);
  const { port } = await startBroker(context);
  write(
    'voeventd.yaml',
    `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"] } }
handlers: { lines: { plugin: log } }
`,
  );
  const first = start('run');
  await first.logged(/voeventd .* runs/);
  const second = start('run');
  assert.equal((await second.exited).code, 1);
  assert.match(second.lines.join('\n'), new RegExp(`another voeventd uses it \\(process ${first.child.pid}\\)`));
  await first.stop();
});
