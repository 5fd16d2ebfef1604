import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { type Certificates, makeCertificates, opensslOrSkip } from '../../support/certificates.ts';
import { sandbox } from '../../support/executable.ts';
import { publish } from './support/author.ts';
import { listen, type ScriptedBroker } from './support/broker.ts';
import { event, ivornOf, transport } from './support/documents.ts';
import { nodeForAll, subscriptionTo } from './support/node.ts';
import { subscribe } from './support/subscriber.ts';
import { dial } from './support/wire.ts';

const skip = opensslOrSkip();

let files: Certificates;
const ends: (() => unknown)[] = [];
before(() => {
  if (skip === false) files = makeCertificates({ after: (end) => ends.push(end) });
});
after(() => {
  for (const end of ends) end();
});

describe('R12: TLS, where authors and subscribers connect', { skip, concurrency: true }, () => {
  const node = nodeForAll(() => {
    const tls = { cert: files.server.certFile, key: files.server.keyFile, clientCa: files.authority.certFile };
    const { clientCa: _, ...anybody } = tls;
    return {
      receiver: { tls },
      sources: {
        anybody: { type: 'receiver', listen: '127.0.0.1:0', tls: anybody },
        nobody: { type: 'receiver', listen: '127.0.0.1:0', tls: anybody, allow: ['192.0.2.0/24'] },
      },
      broadcast: { tls, iamalive: '1s' },
    };
  });
  const known = () => ({ ca: files.authority.cert, cert: files.client.cert, key: files.client.key });

  test('R12 (VTP 2.0 §9): who shows a certificate of the authority may publish and subscribe', async (context) => {
    const subscriber = await subscribe(context, { ...node().subscribers, tls: known() });
    await publish(context, { ...node().authors(), tls: known() }, event('known'));
    await subscriber.gets('#known"');
    await subscriber.wire.saying(/role="iamalive"/);
  });

  test('R12 (VTP 2.0 §9): who shows none, or one of another authority, is refused and gets nothing', async (context) => {
    const unknown = { ca: files.authority.cert };
    const { cert, key } = files.strangersClient;
    for (const place of [node().authors(), node().subscribers]) {
      for (const tls of [unknown, { ...unknown, cert, key }]) {
        const wire = dial(context, { ...place, tls });
        wire.send(event('unknown'));
        await wire.over();
        assert.deepEqual(wire.texts, []);
      }
    }
    assert.equal(node().kept('#unknown"'), 0);
    await node().daemon.logged(/was refused as one of the authors: no TLS connection came about/);
    await node().daemon.logged(/was refused as one of the subscribers: no TLS connection came about/);
  });

  test('R12 (VTP 2.0 §9): without clientCa nobody needs a certificate', async (context) => {
    await publish(context, { ...node().authors('anybody'), tls: { ca: files.authority.cert } }, event('anybody'));
  });

  test('R12 (VTP 2.0 §9): who is not in allow is refused before its handshake is read', async (context) => {
    const wire = dial(context, { ...node().authors('nobody'), tls: { ca: files.authority.cert } });
    let isSecure = false;
    wire.socket.once('secureConnect', () => {
      isSecure = true;
    });
    await wire.over();
    assert.equal(isSecure, false);
    await node().daemon.logged(/^127\.0\.0\.1 was refused as one of the authors: it is not in allow/);
  });

  test('R12 (VTP 2.0 §9): who speaks without TLS is neither read nor answered', async (context) => {
    const wire = dial(context, node().authors('anybody'));
    wire.send(event('in-the-clear'));
    await wire.over();
    assert.deepEqual(wire.texts, []);
    assert.equal(node().kept('#in-the-clear"'), 0);
  });

  test('R12 (VTP 2.0 §9): voeventd send shows its certificate, and holds the broker’s against the authority', async (context) => {
    const box = sandbox(context);
    box.write('event.xml', event('sent'));
    const { host, port } = node().authors() as { host: string; port: number };
    const send = (ca: string, ...more: string[]) =>
      box.start('send', 'event.xml', '--to', `${host}:${port}`, '--attempts', '1', '--ca', ca, ...more);
    const shown = ['--cert', files.client.certFile, '--key', files.client.keyFile];
    const [good, unshown, stranger] = [
      send(files.authority.certFile, ...shown),
      send(files.authority.certFile),
      send(files.stranger.certFile, ...shown),
    ];
    const codes = [await good.exited, await unshown.exited, await stranger.exited].map(({ code }) => code);
    assert.deepEqual(codes, [0, 3, 3]);
    assert.equal(node().kept('#sent"'), 1);
  });
});

describe('R12: TLS, where the executable connects', { skip, concurrency: true }, () => {
  const brokers: ScriptedBroker[] = [];
  const client = () => ({ cert: files.client.certFile, key: files.client.keyFile });
  const node = nodeForAll(async (scope) => {
    const asked = { ca: files.authority.cert, requestCert: true, rejectUnauthorized: true };
    const tls = { cert: files.server.cert, key: files.server.key, ...asked };
    const sources = [];
    for (const [name, { certFile }] of [
      ['known', files.authority],
      ['strange', files.stranger],
    ] as const) {
      const broker = await listen(scope, { tls });
      brokers.push(broker);
      sources.push([name, subscriptionTo(broker.place, { tls: { ca: certFile, ...client() } })] as const);
    }
    brokers.push(
      await listen(scope, { tls, script: (wire) => wire.send(transport('ack', { origin: ivornOf('sent') })) }),
    );
    return { receiver: false, sources: Object.fromEntries(sources) };
  });

  test('R12 (VTP 2.0 §9): a subscriber shows its certificate to its broker, and acknowledges over TLS', async () => {
    const wire = (await brokers[0]?.wire()) ?? assert.fail();
    assert.equal((wire.socket as TLSSocket).getPeerCertificate().subject.CN, 'client');
    wire.send(event('over-tls'), transport('iamalive'));
    await wire.saying(/role="ack"/);
    await wire.saying(/role="iamalive"/);
  });

  test('R12 (VTP 2.0 §9): a subscriber does not speak to a broker of another authority', async () => {
    await node().daemon.logged(/No feed from .*certificate/, 2);
    const lines = node().daemon.log.filter(({ msg }) => /^Connected/.test(msg));
    assert.deepEqual(
      lines.map(({ source }) => source),
      ['known'],
    );
    assert.deepEqual(
      brokers[1]?.wires.flatMap(({ messages }) => messages),
      [],
    );
  });

  test('R12 (VTP 2.0 §9): voeventd send publishes to a broker that wants to see its certificate', async (context) => {
    const broker = brokers[2] ?? assert.fail();
    const box = sandbox(context);
    box.write('event.xml', event('sent'));
    const { cert, key } = client();
    const shown = ['--ca', files.authority.certFile, '--cert', cert, '--key', key];
    const send = box.start('send', 'event.xml', '--to', broker.address, ...shown);
    assert.equal((await send.exited).code, 0, send.lines.join('\n'));
    assert.deepEqual((await broker.wire()).messages, [event('sent')]);
  });
});
