import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { parseAddress, parseEndpoint, SUBMIT_PORT } from '../../src/vtp/address.ts';

it('a broker address is a host, perhaps with a port, an IPv6 one in brackets', () => {
  const read = (text: string) => {
    const address = parseAddress(text);
    if (address === undefined) return undefined;
    return 'path' in address ? address.path : [address.host, address.port];
  };
  assert.deepEqual(read('broker.example.org:8099'), ['broker.example.org', 8099]);
  assert.deepEqual(read(' broker.example.org '), ['broker.example.org', 8099]);
  assert.deepEqual(read('127.0.0.1:1'), ['127.0.0.1', 1]);
  assert.deepEqual(read('[::1]:65535'), ['::1', 65535]);
  assert.deepEqual(read('[fe80::1%eth0]'), ['fe80::1%eth0', 8099]);
  assert.deepEqual(read('unix:/run/voeventd/alerts.sock'), '/run/voeventd/alerts.sock');
});

it('a place to listen may take any free port, and has another port by habit', () => {
  assert.deepEqual(parseEndpoint('[::]:0', SUBMIT_PORT), { host: '::', port: 0, text: '[::]:0' });
  assert.deepEqual(parseEndpoint('127.0.0.1', SUBMIT_PORT), { host: '127.0.0.1', port: 8098, text: '127.0.0.1' });
  assert.equal(parseEndpoint('unix:', SUBMIT_PORT), undefined);
});

it('a broker address is nothing else', () => {
  for (const text of [
    '',
    ':8099',
    'host:',
    'host:0',
    'host:65536',
    'host:http',
    '::1:8099',
    'vtp://host',
    'a b',
    '[::1',
    'unix:',
  ]) {
    assert.equal(parseAddress(text), undefined, text);
  }
  fc.assert(fc.property(fc.string(), (text) => void parseAddress(text)));
});
