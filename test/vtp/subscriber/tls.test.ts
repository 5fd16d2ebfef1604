import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { parseAddress } from '../../../src/vtp/address.ts';
import { frame, ScriptedBroker } from '../../support/broker.ts';
import { transport, voevent } from '../../support/packets.ts';
import { HeldStore, QuickStore, subscribe } from './subscription.ts';

// Makes its certificates with the openssl command.
const skip = spawnSync('openssl', ['version']).status === 0 ? false : 'there is no openssl command';

describe('subscriber over TLS', { skip }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'tls-test-'));
  after(() => rmSync(directory, { recursive: true, force: true }));

  const file = (name: string) => join(directory, name);
  const pem = (name: string) => readFileSync(file(name), 'utf8');

  /** A certificate and its key, by this authority, or by itself. */
  function certify(name: string, subject: string, authority?: string): void {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file(`${name}.key`)];
    const signed = authority === undefined ? [] : ['-CA', file(`${authority}.pem`), '-CAkey', file(`${authority}.key`)];
    const names = authority === undefined ? [] : ['-addext', 'subjectAltName=DNS:broker.test,IP:127.0.0.1'];
    const options = ['req', '-x509', '-days', '2', '-subj', `/CN=${subject}`, '-out', file(`${name}.pem`)];
    execFileSync('openssl', [...options, ...key, ...signed, ...names], { stdio: 'ignore' });
  }

  before(() => {
    certify('ca', 'The authority');
    certify('other-ca', 'Another authority');
    certify('broker', 'broker.test', 'ca');
    certify('client', 'us', 'ca');
  });

  const serverTls = () => ({ cert: pem('broker.pem'), key: pem('broker.key') });

  it('receives and acknowledges, with the site’s own authority', async (t) => {
    await using broker = await ScriptedBroker.listen({ tls: serverTls() });
    subscribe(t, [broker.address], new QuickStore(), { tls: { ca: pem('ca.pem') } });
    const connection = await broker.connection();
    connection.send(transport('iamalive'), voevent());
    assert.match(await connection.message(0), /role="iamalive"/);
    assert.match(await connection.message(1), /role="ack"/);
  });

  it('acknowledges what came in one piece with the broker’s farewell', async (t) => {
    await using broker = await ScriptedBroker.listen({ tls: serverTls() });
    subscribe(t, [broker.address], new QuickStore(), { tls: { ca: pem('ca.pem') } });
    const connection = await broker.connection();
    connection.socket.end(frame(voevent()));
    assert.match(await connection.message(0), /role="ack"/);
    await connection.gone();
  });

  it('shows its own certificate to a broker that asks for one', async (t) => {
    const tls = { ...serverTls(), ca: pem('ca.pem'), requestCert: true, rejectUnauthorized: true };
    await using broker = await ScriptedBroker.listen({ tls });
    const ours = { cert: pem('client.pem'), key: pem('client.key') };
    subscribe(t, [broker.address], new QuickStore(), { tls: { ca: pem('ca.pem'), ...ours } });
    const connection = await broker.connection();
    assert.equal((connection.socket as TLSSocket).getPeerCertificate().subject.CN, 'us');
  });

  it('can be told the name that the certificate bears', async (t) => {
    await using broker = await ScriptedBroker.listen({ tls: serverTls() });
    const named = (serverName: string) => ({ tls: { ca: pem('ca.pem'), serverName } });
    subscribe(t, [broker.address], new QuickStore(), named('broker.test'));
    assert.equal(((await broker.connection()).socket as TLSSocket).servername, 'broker.test');
    const { log } = subscribe(t, [broker.address], new QuickStore(), named('elsewhere.test'));
    await log.said(/No feed.*certificate/);
  });

  it('sends a host’s name, so that a broker can serve several', async (t) => {
    await using broker = await ScriptedBroker.listen({ tls: serverTls() });
    const byName = parseAddress(`localhost:${broker.port}`);
    assert.ok(byName);
    const { log } = subscribe(t, [byName], new QuickStore(), { tls: { ca: pem('ca.pem') } });
    await log.said(/No feed.*localhost/);
  });

  it('refuses a broker of another authority, in words', async (t) => {
    await using broker = await ScriptedBroker.listen({ tls: serverTls() });
    const { log } = subscribe(t, [broker.address], new HeldStore(), { tls: { ca: pem('other-ca.pem') } });
    const { message } = await log.said(/No feed/);
    assert.match(message, /certificate/);
    assert.equal(log.find(/Connected/), undefined);
  });

  it('says what is wrong with a certificate or key that cannot be used, and lives', async (t) => {
    await using broker = await ScriptedBroker.listen({ tls: serverTls() });
    for (const tls of [
      { ca: pem('ca.pem'), cert: 'no certificate', key: 'no key' },
      { ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('broker.key') },
    ]) {
      const { log } = subscribe(t, [broker.address], new HeldStore(), { tls });
      await log.said(/No feed from .*: cannot dial: .+; trying/);
    }
  });

  it('switches Nagle’s algorithm off, as without TLS', async (t) => {
    for (const tls of [undefined, { ca: pem('ca.pem') }]) {
      await using broker = await ScriptedBroker.listen(tls === undefined ? {} : { tls: serverTls() });
      // What the system is told; there is no asking it.
      await using other = await ScriptedBroker.listen();
      subscribe(t, [other.address], new HeldStore());
      const { socket } = await other.connection();
      const handle = (socket as unknown as { _handle: object })._handle;
      const spy = t.mock.method(Object.getPrototypeOf(handle) as { setNoDelay(on: boolean): number }, 'setNoDelay');
      const { log } = subscribe(t, [broker.address], new HeldStore(), { tls });
      await log.said(/Connected to/);
      await broker.connection();
      const here = spy.mock.calls.filter(({ arguments: [on] }) => on);
      // The broker's end and ours.
      assert.equal(here.length, 2, tls === undefined ? 'TCP' : 'TLS');
      spy.mock.restore();
    }
  });
});
