import assert from 'node:assert/strict';
import test from 'node:test';
import { ScriptedBroker } from '../support/broker.ts';
import { sandbox } from '../support/executable.ts';
import { answer, serve } from '../support/http-server.ts';
import { serveMqtt } from '../support/mqtt-broker.ts';
import { packet } from '../support/play.ts';
import { reply, serveMail } from '../support/smtp-server.ts';

const basics = (port: number) => `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"] } }
web: { listen: "127.0.0.1:0", url: "https://alerts.example.org" }
`;

test('slack, mail and mqtt tell of an alert and of what another handler failed at', async (context) => {
  const { write, start } = sandbox(context);
  await using broker = await ScriptedBroker.listen();
  const slack = await serve(context, answer(200, {}, 'ok'));
  const mail = await serveMail(context);
  const mqtt = await serveMqtt(context);
  write('slack-url', `${slack.url}/services/s3cr3tT0KEN`);
  write(
    'voeventd.yaml',
    `${basics(broker.port)}handlers:
  slew: { plugin: exec, onDead: operators, with: { command: [sh, -c, "echo the mount is busy >&2; exit 1"] } }
  chat: { plugin: slack, with: { url: { file: ./slack-url } } }
  team:
    plugin: mail
    with: { host: 127.0.0.1, port: ${mail.port}, security: none, from: dome@example.org, to: [team@example.org], attach: true }
  operators:
    plugin: mail
    with: { host: 127.0.0.1, port: ${mail.port}, security: none, from: dome@example.org, to: [operators@example.org] }
  domes: { plugin: mqtt, with: { url: "mqtt://127.0.0.1:${mqtt.port}", topic: "alerts/{alert.local}" } }
`,
  );
  const daemon = start('run');
  (await broker.connection()).send(packet('n1'));
  for (const name of ['chat', 'team', 'operators', 'domes']) await daemon.logged(new RegExp(`^${name} done`));
  const page = /https:\/\/alerts\.example\.org\/alerts\/[0-9a-f]{16}/;
  assert.match(String(slack.heard[0]?.body), page);
  const [team, operators] = ['team@example.org', 'operators@example.org'].map((to) =>
    mail.mails.find((one) => one.to.includes(to)),
  );
  assert.match(team?.raw ?? '', /Content-Disposition: attachment; filename=[0-9a-f]{16}\.xml/);
  assert.match(operators?.text ?? '', page);
  assert.match(operators?.headers.get('subject') ?? '', /^Failed: /);
  assert.match(operators?.text ?? '', /^slew failed: exited with code 1 .*the mount is busy\n/);
  assert.equal(mqtt.published[0]?.topic, 'alerts/n1');
  const said = [...daemon.output, ...daemon.lines.map((line) => JSON.stringify(line))].join('\n');
  assert.doesNotMatch(said, /T0KEN/);
  await daemon.stop();
  assert.equal(mqtt.sockets.size, 0);
});

test('a mail is sent again while the server says 4yz, and given up when it says 5yz', async (context) => {
  const { write, start } = sandbox(context);
  await using broker = await ScriptedBroker.listen();
  const replies = [reply(451, 'not now'), reply(421, 'going down'), reply(550, 'no such user')];
  const mail = await serveMail(context, { onRcptTo: (_, __, done) => done(replies.shift() ?? null) });
  write(
    'voeventd.yaml',
    `${basics(broker.port)}handlers:
  team:
    plugin: mail
    retry: { delay: 10ms }
    with: { host: 127.0.0.1, port: ${mail.port}, security: none, from: dome@example.org, to: [team@example.org] }
`,
  );
  const daemon = start('run');
  const connection = await broker.connection();
  connection.send(packet('n1'));
  assert.match((await daemon.logged(/^team failed.*550/)).msg, /no such user/);
  connection.send(packet('n2'));
  await daemon.logged(/^team done/);
  assert.equal(mail.mails.length, 1);
  await daemon.stop();
});
