import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { vtpSourceSchema } from '../../../src/vtp/subscriber/settings.ts';

const schema = vtpSourceSchema('/');

function complaints(options: unknown): string[] {
  return schema.safeParse(options).error?.issues.map(({ message }) => message) ?? [];
}

describe('the options of a VTP source', () => {
  it('have defaults a control host can live with', () => {
    const { brokers, ...others } = schema.parse({ type: 'vtp', brokers: ['broker.example.org'] });
    assert.deepEqual(brokers, [{ host: 'broker.example.org', port: 8099, text: 'broker.example.org' }]);
    assert.deepEqual(others, {
      ...{ type: 'vtp', dialect: 'vtp', maxFrame: 512_000, silence: 150_000, connectTimeout: 10_000 },
      ...{ grace: 180_000, expect: false },
      ...{ reconnect: { initial: 1_000, max: 60_000 }, filters: [], tls: false },
    });
  });

  it('name at least one broker, as an address', () => {
    assert.deepEqual(complaints({ type: 'vtp', brokers: [] }), ['Name at least one broker, as HOST:PORT.']);
    assert.deepEqual(complaints({ type: 'vtp', brokers: ['broker:0'] }), [
      '"broker:0" is no broker address. Write HOST:PORT, such as broker.example.org:8099, or unix:PATH.',
    ]);
  });

  it('take no address for a TLS server name, which TLS does not know', () => {
    const withName = (serverName: string) => complaints({ type: 'vtp', brokers: ['a'], tls: { serverName } });
    assert.deepEqual(withName('broker.example.org'), []);
    assert.equal(withName('127.0.0.1').length, 1);
  });
});
