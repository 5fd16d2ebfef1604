import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ConfigDocument } from '../src/config/document.ts';
import { discard, prepare } from '../src/prepare.ts';
import { intakeSources } from '../src/sources.ts';
import { recordedLog } from './dispatch/scripted.ts';

const YAML = `
identity: ivo://example.org/us
sources:
  campus: { type: vtp, brokers: ['127.0.0.1:8099'] }
  authors: { type: receiver, listen: '127.0.0.1:0' }
handlers:
  see: { plugin: log }
`;

it('every source is told where its acks say that packets are stored, or nothing', async () => {
  const { prepared, problems } = await prepare(new ConfigDocument('test.yaml', YAML), () => recordedLog());
  assert.ok(prepared, JSON.stringify(problems));
  await discard(prepared.handlers);
  const told = (storedUrl?: string) =>
    intakeSources(prepared.settings, storedUrl).map(({ settings }) => [settings.identity, settings.storedUrl]);
  const { identity } = prepared.settings;
  assert.deepEqual(told(), [
    [identity, undefined],
    [identity, undefined],
  ]);
  assert.deepEqual(told('http://host:8090/alerts/'), [
    [identity, 'http://host:8090/alerts/'],
    [identity, 'http://host:8090/alerts/'],
  ]);
});
