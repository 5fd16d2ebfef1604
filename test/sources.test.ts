import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ConfigDocument } from '../src/config/document.ts';
import { Expectations } from '../src/expectations.ts';
import { discard, prepare } from '../src/prepare.ts';
import { intakeSources, webSettings } from '../src/sources.ts';
import { recordedLog } from './dispatch/scripted.ts';

const YAML = `
identity: ivo://example.org/us
sources:
  campus: { type: vtp, brokers: ['127.0.0.1:8099'] }
  authors: { type: receiver, listen: '127.0.0.1:0' }
handlers:
  see: { plugin: log }
`;

async function settingsOf(yaml: string) {
  const { prepared, problems } = await prepare(new ConfigDocument('test.yaml', yaml), () => recordedLog());
  assert.ok(prepared, JSON.stringify(problems));
  await discard(prepared.handlers);
  return prepared.settings;
}

it('every source is told where its acks say that packets are stored, or nothing', async () => {
  const told = async (yaml: string) =>
    intakeSources(await settingsOf(yaml)).map(({ settings }) => [settings.identity, settings.storedUrl]);
  const us = 'ivo://example.org/us';
  assert.deepEqual(await told(YAML), [
    [us, undefined],
    [us, undefined],
  ]);
  assert.deepEqual(await told(`${YAML}web: { url: 'http://host:8090/', storedInAcks: true }\n`), [
    [us, 'http://host:8090/alerts/'],
    [us, 'http://host:8090/alerts/'],
  ]);
});

it('a source is expected to be heard as the configuration says, since it says so', async () => {
  const settings = await settingsOf(YAML.replace("'127.0.0.1:0' }", "'127.0.0.1:0', expect: 1d }"));
  const expectations = new Expectations();
  expectations.configure(intakeSources(settings), settings, 1_000);
  const campus = { since: 1_000, silenceMs: 150_000, graceMs: 180_000, alertWithinMs: undefined };
  assert.deepEqual(expectations.of('campus'), campus);
  assert.equal(expectations.of('authors').alertWithinMs, 86_400_000);
  assert.equal(expectations.of('nobody').graceMs, Number.POSITIVE_INFINITY);
  const changed = await settingsOf(YAML.replace("'127.0.0.1:8099'", "'127.0.0.1:8098'"));
  expectations.configure(intakeSources(changed), changed, 2_000);
  assert.deepEqual([expectations.of('campus').since, expectations.of('authors').since], [2_000, 1_000]);
});

it('the status page is on this host alone unless told otherwise, or not there', async () => {
  assert.deepEqual(webSettings(await settingsOf(YAML)), {
    listen: { host: '127.0.0.1', port: 8090, text: '127.0.0.1:8090' },
    ...{ tokens: undefined, url: undefined, feedItems: 20, maxConnections: 256 },
  });
  assert.equal(webSettings(await settingsOf(`${YAML}web: false\n`)), undefined);
});
