import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Access } from '../../src/web/access.ts';
import type { WebSettings } from '../../src/web/messages.ts';
import { isLoopback } from '../../src/web/settings.ts';

function access(changes: Partial<WebSettings> = {}): Access {
  const listen = { host: '127.0.0.1', port: 8090, text: '127.0.0.1:8090' };
  return new Access({ listen, tokens: undefined, url: undefined, feedItems: 20, maxConnections: 9, ...changes });
}
const EVERYWHERE = { host: '0.0.0.0', port: 8090, text: '0.0.0.0:8090' };
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('who may look', () => {
  const ask = (one: Access, host: string | undefined, authorization?: string) =>
    one.admit({ host, authorization }).type;

  it('is whoever asks on this host, by a name of this host', () => {
    for (const host of [
      '127.0.0.1:8090',
      'localhost:8090',
      'localhost',
      '[::1]:8090',
      '127.8.9.1',
      'page.localhost',
      undefined,
    ]) {
      assert.equal(ask(access(), host), 'in', String(host));
    }
    for (const host of [
      'evil.example',
      'evil.example:8090',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '10.0.0.1:8090',
      '',
    ]) {
      assert.equal(ask(access(), host), 'misdirected', host);
    }
  });

  it('is also whoever asks by the name that others know us by', () => {
    const known = access({ url: 'https://alerts.example.org/voeventd' });
    assert.equal(ask(known, 'Alerts.Example.Org'), 'in');
    assert.equal(ask(known, 'alerts.example.org:444'), 'misdirected');
    assert.equal(ask(access({ listen: EVERYWHERE }), 'telescope.example.org'), 'in');
  });

  it('is whoever knows a token, where there are tokens, and nobody else', () => {
    const guarded = access({ listen: EVERYWHERE, tokens: ['open-sesame', 'second: "tøken"'] });
    for (const given of [
      'Bearer open-sesame',
      'bearer  open-sesame ',
      basic('me:open-sesame'),
      basic(':open-sesame'),
      basic('me:second: "tøken"'),
    ]) {
      assert.equal(ask(guarded, 'any', given), 'in', given);
    }
    const wrong = [
      undefined,
      '',
      'open-sesame',
      'Bearer',
      'Bearer ',
      'Bearer open-sesam',
      'Bearer open-sesame2',
      'Digest open-sesame',
      basic('open-sesame'),
      basic('open-sesame:'),
      'Basic %%%',
    ];
    for (const given of wrong) assert.equal(ask(guarded, '127.0.0.1', given), 'unknown', String(given));
  });

  it('is nobody by an empty token', () => {
    for (const tokens of [['x'], ['']]) {
      for (const given of [undefined, 'Bearer ', 'Bearer', basic('me:'), basic(':')]) {
        assert.equal(ask(access({ tokens }), '127.0.0.1', given), 'unknown', String(given));
      }
    }
  });
});

it('addresses of this host alone are known as such', () => {
  for (const host of ['localhost', 'LOCALHOST', '127.0.0.1', '127.255.0.9', '::1', '[::1]', 'a.b.localhost'])
    assert.ok(isLoopback(host), host);
  for (const host of ['0.0.0.0', '::', '128.0.0.1', '127.0.0.1.org', 'localhost.org', '1::1', ''])
    assert.ok(!isLoopback(host), host);
});
