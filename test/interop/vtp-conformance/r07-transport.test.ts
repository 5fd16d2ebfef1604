import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sandbox } from '../../support/executable.ts';
import { TRANSPORT_NAMESPACES } from '../../support/packets.ts';
import { publish, submit } from './support/author.ts';
import { listen } from './support/broker.ts';
import { event, isTransport, ivornOf, readTransport, transport } from './support/documents.ts';
import { nodeForAll } from './support/node.ts';
import { withoutSchemas } from './support/schema.ts';
import { subscribe } from './support/subscriber.ts';
import { subscribingForAll } from './support/subscribing.ts';
import { dial, type Wire } from './support/wire.ts';

const PEER = 'ivo://org.example/peer';

/** What a Transport document may look like, and mean the same. */
const DRESSES: ReadonlyMap<string, (text: string) => string> = new Map([
  ...TRANSPORT_NAMESPACES.filter((namespace) => namespace !== '').map(
    (namespace) =>
      [
        `the namespace ${namespace}`,
        (text: string) => text.replace(/xmlns:trn="[^"]*"/, `xmlns:trn="${namespace}"`),
      ] as const,
  ),
  ['no namespace', (text) => text.replace(/ xmlns:trn="[^"]*"/, '').replaceAll('trn:', '')],
  ['a default namespace', (text) => text.replaceAll('trn:', '').replace('xmlns:trn', 'xmlns')],
  ['single quotes, white space and comments', (text) => text.replaceAll('"', "'").replaceAll('><', '>\r\n <!-- --> <')],
  ['white space around its texts', (text) => text.replace(/<(Origin|TimeStamp)>([^<]*)</g, '<$1>\n  $2\n<')],
  ['CDATA', (text) => text.replace(/<Origin>([^<]*)</, '<Origin><![CDATA[$1]]><')],
  ['its attributes in another order', (text) => text.replace(/ (xmlns:trn="\S+") (role="\w+")/, ' $2 $1')],
  [
    'its children in another order',
    (text) => text.replace(/(<Origin>.*?<\/Origin>)(.*?)(<TimeStamp>.*?<\/TimeStamp>)/, '$3$2$1'),
  ],
]);

test('R7: the schema finds out a document that is not as the standard says', { skip: withoutSchemas }, async () => {
  const { transportFaults } = await import('./support/schema.ts');
  assert.deepEqual(transportFaults(transport('ack')), []);
  for (const wrong of [transport('sing'), transport('ack', { timeStamp: 'now' }), transport('ack', { meta: '<A/>' })]) {
    assert.equal(transportFaults(wrong).length, 1);
  }
});

describe('R7: Transport documents', { concurrency: true }, () => {
  describe('R7: a broker', { concurrency: true }, () => {
    const node = nodeForAll(() => ({ broadcast: { iamalive: '2s', maxUnacknowledged: 1 } }));

    test('R7 (VTP 2.0 §6): authenticate and iamalive have Origin and TimeStamp', async (context) => {
      const { wire } = await subscribe(context, node().subscribers);
      for (const role of ['authenticate', 'iamalive']) {
        requireStandard(await wire.saying(new RegExp(`role="${role}"`)), ['Origin', 'TimeStamp']);
      }
    });

    test('R7 (VTP 2.0 §6): ack has Origin, Response and TimeStamp; nak Meta with a Result after them', async (context) => {
      for (const [role, children] of [
        ['observation', ['Origin', 'Response', 'TimeStamp']],
        ['alarm', ['Origin', 'Response', 'TimeStamp', 'Meta']],
      ] as const) {
        const wire = dial(context, node().authors());
        wire.send(event(`for-${role}`, { role }));
        requireStandard(await wire.message(0), children);
      }
    });

    test('R7 (VTP 2.0 §6): what an author wrote is written back as XML', async (context) => {
      const { origin } = await submit(context, node().authors(), event('a&amp;b'));
      assert.equal(origin, ivornOf('a&b'));
      const ivorn = 'ivo://org.example/&lt;b>#"'.replace('"', '&quot;');
      const refused = await submit(context, node().authors(), event('', { ivorn }));
      assert.equal(refused.origin, 'ivo://org.example/<b>#"');
      assert.match(refused.result ?? '', /ivo:\/\/org\.example\/<b>#"/);
    });

    for (const [form, dress] of DRESSES) {
      test(`R7 (VTP 2.0 §6): a broker understands its subscriber’s documents with ${form}`, async (context) => {
        const subscriber = await subscribe(context, node().subscribers, { dress });
        await publish(context, node().authors(), event(`dressed-${[...DRESSES.keys()].indexOf(form)}`));
        // The second is for those who have answered the first, and owe no receipt.
        await subscriber.wire.saying(/role="iamalive"/, 2);
      });
    }

    test('R7 (VTP 2.0 §6): a receiver understands an author’s documents in every form', async (context) => {
      for (const dress of DRESSES.values()) {
        const wire = dial(context, node().authors());
        wire.send(dress(transport('iamalive', { origin: PEER }).toString()));
        const { role, origin } = readTransport(await wire.message(0));
        assert.deepEqual([role, origin], ['iamalive', PEER]);
        wire.socket.destroy();
      }
    });
  });

  describe('R7: a subscriber', { concurrency: true }, () => {
    const asks = (role: string) => (wire: Wire) => wire.send(transport(role, { origin: PEER }));
    const source = { filters: ['//Param[@name="a" and . < 3]', '/*[@role="test"]'] };
    const peer = subscribingForAll({
      asked: { script: asks('authenticate'), source },
      unasked: { script: asks('iamalive'), source },
      dressed: {},
    });

    test('R7 (VTP 2.0 §6): iamalive and ack have Origin, Response and TimeStamp', async () => {
      const { wire } = await peer('unasked');
      wire.send(event('one'));
      for (const role of ['iamalive', 'ack']) {
        requireStandard(await wire.saying(new RegExp(`role="${role}"`)), ['Origin', 'Response', 'TimeStamp']);
      }
    });

    for (const name of ['asked', 'unasked'] as const) {
      test(`R7 (VTP 2.0 §6): authenticate, ${name}, has the filters in Meta, after Origin, Response and TimeStamp`, async () => {
        const { wire } = await peer(name);
        const document = await wire.saying(/role="authenticate"/);
        requireStandard(document, ['Origin', 'Response', 'TimeStamp', 'Meta']);
        const filters = [...document.matchAll(/<Param name="xpath-filter" value="([^"]*)"\/>/g)].map(
          ([, text]) => text,
        );
        assert.deepEqual(filters, ['//Param[@name=&quot;a&quot; and . &lt; 3]', '/*[@role=&quot;test&quot;]']);
      });
    }

    test('R7 (VTP 2.0 §6): a subscriber understands its broker’s documents in every form', async () => {
      const { wire } = await peer('dressed');
      for (const [index, dress] of [...DRESSES.values()].entries()) {
        wire.send(dress(transport('iamalive', { origin: PEER }).toString()));
        const { role, origin } = readTransport(await wire.message(index));
        assert.deepEqual([role, origin], ['iamalive', PEER]);
      }
    });
  });

  describe('R7: an author', () => {
    test('R7 (VTP 2.0 §6): an author understands a receipt in every form', async (context) => {
      const ack = transport('ack', { origin: ivornOf('one') }).toString();
      const dresses = [...DRESSES.values()];
      const script = (wire: { send(text: string): void }, index: number) => wire.send(dresses[index]?.(ack) ?? '');
      const broker = await listen(context, { script });
      const box = sandbox(context);
      box.write('event.xml', event('one'));
      const sends = dresses.map(() => box.start('send', 'event.xml', '--to', broker.address, '--attempts', '1'));
      for (const send of sends) assert.equal((await send.exited).code, 0, send.lines.join('\n'));
    });
  });
});

function requireStandard(message: string, children: readonly string[]): void {
  const transport = readTransport(message);
  assert.ok(
    ['iamalive', 'authenticate', 'ack', 'nak'].some((role) => isTransport(message, role)),
    message,
  );
  assert.equal(transport.version, '1.0');
  assert.ok((TRANSPORT_NAMESPACES as readonly string[]).includes(transport.namespace ?? 'none'));
  assert.deepEqual(transport.children, children);
  assert.match(transport.timeStamp ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  assert.ok(Math.abs(Date.now() - Date.parse(transport.timeStamp ?? '')) < 60_000, 'it is the time, in UTC');
}
