import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sandbox } from '../../support/executable.ts';
import { FULL_1_0, FULL_1_1, FULL_2_1 } from '../../support/packets.ts';
import { submit } from './support/author.ts';
import { listen } from './support/broker.ts';
import { changed, event, ivornOf, readTransport, transport } from './support/documents.ts';
import { IDENTITY, nodeForAll } from './support/node.ts';
import { startSubscribing } from './support/subscribing.ts';

const WHAT = '<What></What>';

/** Events as a broker may send them, and how their receipts name them. */
const NAMED: readonly (readonly [what: string, packet: Buffer, origin: string])[] = [
  ['of version 2.0', event('one'), ivornOf('one')],
  ['of version 1.1', FULL_1_1, 'ivo://uk.example/estar#ogle/2006-345'],
  ['of version 1.0, whose name is its id', FULL_1_0, 'ivo://uk.example/old#1'],
  ['of version 2.1, with a ? in its name', FULL_2_1, 'ivo://org.example/pulse?2026-7'],
  ['with a reference in its name', event('a&amp;b&#x2d;c'), ivornOf('a&b-c')],
  ['with letters beyond ASCII in its name', event('véga'), ivornOf('véga')],
  [
    'in Latin-1, with such letters',
    Buffer.from(changed(event('altaïr'), 'UTF-8', 'ISO-8859-1').toString(), 'latin1'),
    ivornOf('altaïr'),
  ],
  ['in UTF-16', Buffer.from(`\ufeff${event('wide')}`.replace('UTF-8', 'UTF-16'), 'utf16le'), ivornOf('wide')],
  ['whose name is in single quotes', changed(event('quotes'), /ivorn="([^"]*)"/, "ivorn='$1'"), ivornOf('quotes')],
  ['whose name is no IVOA identifier', event('', { ivorn: 'GRB 261122A' }), 'GRB 261122A'],
  ['that breaks its schema', changed(event('wot'), WHAT, '<Wot/>'), ivornOf('wot')],
  ['that is not well-formed', changed(event('open'), '</What>', ''), ivornOf('open')],
  ['that is cut off', event('cut').subarray(0, 250), ivornOf('cut')],
  ['without a name', changed(event('none'), / ivorn="[^"]*"/, ''), ''],
];

describe('R8: the receipts of a subscriber', () => {
  test('R8, R10 (VTP 2.0 §6, §7.4): name the event in Origin and the subscriber in Response, whatever the event is like', async (context) => {
    const { wire } = await startSubscribing(context);
    wire.send(...NAMED.map(([, packet]) => packet));
    await wire.message(NAMED.length - 1);
    for (const [index, [what, , expected]] of NAMED.entries()) {
      const { role, origin, response } = readTransport(wire.texts[index] ?? '');
      assert.deepEqual(
        { role, origin, response },
        { role: 'ack', origin: expected, response: IDENTITY },
        `an event ${what}`,
      );
    }
  });
});

describe('R8: the receipts of a broker', { concurrency: true }, () => {
  const node = nodeForAll();

  for (const [what, packet, expected] of NAMED) {
    test(`R8 (VTP 2.0 §6): name in Origin the event that the author sent, one ${what}`, async (context) => {
      const { role, origin, response, result } = await submit(context, node().authors(), packet);
      assert.deepEqual({ origin, response }, { origin: expected, response: IDENTITY });
      // A nak has its reason.
      assert.equal(role === 'nak', (result ?? '') !== '');
    });
  }
});

describe('R8: voeventd send, an author', { concurrency: true }, () => {
  test('R8 (VTP 2.0 §6): heeds the receipt for its own event, and no other', async (context) => {
    const others = ['another', 'one-more', 'On'].map((name) => ivornOf(name));
    const broker = await listen(context, {
      script: (wire) => {
        for (const origin of others) wire.send(transport('ack', { origin }), transport('nak', { origin }));
        wire.send(transport('nak', { origin: ivornOf('one'), meta: '<Result>It is cloudy.</Result>' }));
      },
    });
    const box = sandbox(context);
    box.write('event.xml', event('one'));
    const send = box.start('send', 'event.xml', '--to', broker.address);
    assert.equal((await send.exited).code, 2);
    assert.match(send.lines.join('\n'), /refused it: It is cloudy\./);
  });

  test('R8 (VTP 2.0 §6): takes a receipt for another event for no answer', async (context) => {
    const script = (wire: { send(document: Buffer): void }) => wire.send(transport('ack', { origin: ivornOf('two') }));
    const broker = await listen(context, { script });
    const box = sandbox(context);
    box.write('event.xml', event('one'));
    const send = box.start('send', 'event.xml', '--to', broker.address, '--attempts', '1', '--timeout', '1s');
    assert.equal((await send.exited).code, 3);
    assert.match(send.lines.join('\n'), /an ack for another event, ivo:\S+#two/);
  });
});
