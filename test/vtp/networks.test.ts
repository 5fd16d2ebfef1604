import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { AllowList, parseNetworks, plainAddress } from '../../src/vtp/networks.ts';

const allow = (...texts: string[]) => new AllowList(texts.flatMap((text) => parseNetworks(text) ?? []));

it('an allow-list takes addresses and networks of both families', () => {
  const list = allow('192.0.2.7', '198.51.100.0/24', '2001:db8::/32', '::1');
  for (const address of [
    '192.0.2.7',
    '198.51.100.255',
    '2001:db8:1::5',
    '::1',
    '::ffff:192.0.2.7',
    '2001:db8::1%eth0',
  ]) {
    assert.ok(list.allows(address), address);
  }
  for (const address of ['192.0.2.8', '198.51.101.0', '2001:db9::1', '::2', '::ffff:192.0.2.8', '', 'localhost']) {
    assert.ok(!list.allows(address), address);
  }
});

it('any is every address, and an empty list none', () => {
  for (const address of ['203.0.113.9', 'fe80::1%eth0', '::ffff:10.0.0.1']) {
    assert.ok(allow('any').allows(address), address);
    assert.ok(!allow().allows(address), address);
  }
});

it('what is no network is refused', () => {
  for (const text of [
    '',
    'host',
    '192.0.2',
    '192.0.2.0/33',
    '192.0.2.0/',
    '::/129',
    '192.0.2.0/24/1',
    'fe80::1%eth0',
    '1.2.3.4/-1',
  ]) {
    assert.equal(parseNetworks(text), undefined, text);
  }
  fc.assert(fc.property(fc.string(), (text) => void parseNetworks(text)));
});

it('a network holds exactly the addresses that share its leading bits', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.integer({ min: 0, max: 32 }),
      (network, address, bits) => {
        const text = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
        const same = bits === 0 || network >>> (32 - bits) === address >>> (32 - bits);
        assert.equal(allow(`${text(network)}/${bits}`).allows(text(address)), same);
      },
    ),
  );
});

it('addresses are shown as people write them', () => {
  assert.equal(plainAddress('::ffff:192.0.2.7'), '192.0.2.7');
  assert.equal(plainAddress('fe80::1%eth0'), 'fe80::1');
  assert.equal(plainAddress('::1'), '::1');
});
