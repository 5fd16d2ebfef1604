import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MAXIMAL_1_1, MAXIMAL_2_0, MAXIMAL_2_1 } from '../../support/maximal.ts';
import { publish, submit } from './support/author.ts';
import { changed, event, ivornOf } from './support/documents.ts';
import { IDENTITY, nodeForAll } from './support/node.ts';

const BOMB = `<!DOCTYPE v [<!ENTITY a "${'a'.repeat(1_000)}"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>`;
/** To be replaced, so that a document is broken in one place. */
const WHAT = '<What></What>';

interface Refusal {
  readonly packet: string | Buffer;
  /** What the author is told. */
  readonly result: RegExp;
  /** What the receipt says that it is for, when that is not the name of the event. */
  readonly origin?: string;
}

const broken = (name: string, from: string | RegExp, to: string): Buffer => changed(event(name), from, to);

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'an element that no schema knows': {
    packet: broken('wot', WHAT, '<Wot/>'),
    result: /schema of VOEvent 2\.0: line 4: .*"Wot"/,
  },
  'a value that its type does not have': {
    packet: broken('date', '2026-11-22T', 'yesterday '),
    result: /line 3: Date is "yesterday/,
  },
  'a role that VOEvent does not know': { packet: event('role', { role: 'alarm' }), result: /line 2: .*role.*"alarm"/ },
  'a version that is not known': {
    packet: broken('version', '"2.0"', '"3.0"'),
    result: /line 2: .*version is "3\.0"; it must be "2\.0"/,
  },
  'no version': { packet: broken('no-version', ' version="2.0"', ''), result: /line 2: .*"version"/ },
  'a version and a namespace that are not known': {
    packet: broken('version-3', /(?<=[v"])2\.0/g, '3.0'),
    result: /claims to be VOEvent 3\.0.*write version 2\.0, 2\.1 or 1\.1/,
  },
  'no namespace': { packet: broken('no-namespace', /voe:|\S+="http\S+"/g, ''), result: /line 2: .*namespace/ },
  'an ivorn that is no IVOA identifier': {
    packet: event('', { ivorn: 'org.example/bad' }),
    result: /org\.example\/bad is no IVOA identifier/,
    origin: 'org.example/bad',
  },
  'an ivorn that names no event': {
    packet: event('', { ivorn: 'ivo://org.example/vtp' }),
    result: /names no event/,
    origin: 'ivo://org.example/vtp',
  },
  'no ivorn': { packet: broken('x', / ivorn="[^"]*"/, ''), result: /has no ivorn/, origin: '' },
  'an ivorn of spaces': { packet: event('', { ivorn: '  ' }), result: /has no ivorn/, origin: '' },
  'a tag that is not closed': {
    packet: broken('open', '</What>', ''),
    result: /not well-formed.*<What>, opened at line 4, is closed by .* at line 5, column \d+/,
  },
  'no end': { packet: event('cut').subarray(0, 250), result: /not well-formed/ },
  'two roots': { packet: `${event('roots')}<more/>`, result: /not well-formed/ },
  'bytes that are not of its encoding': {
    packet: Buffer.from(broken('bytes', WHAT, '<What>\xe9</What>').toString(), 'latin1'),
    result: /not well-formed/,
  },
  'an encoding that nobody knows': { packet: broken('encoding', 'UTF-8', 'KLINGON'), result: /encoding/i },
  'a DOCTYPE': { packet: broken('doctype', '<voe:', '<!DOCTYPE voe:VOEvent>\n<voe:'), result: /DOCTYPE.*line 2/ },
  'entities that grow': { packet: broken('bomb', '<voe:', `${BOMB}<voe:`), result: /DOCTYPE/ },
  'another root': { packet: '<html><body/></html>', result: /no VOEvent/, origin: '' },
  'no XML': { packet: 'SIMPLE  =                    T', result: /no VOEvent/, origin: '' },
  'JSON instead of XML': { packet: '{"ivorn": "ivo://org.example/vtp#json"}', result: /no VOEvent/, origin: '' },
  'only white space': { packet: ' \n', result: /no VOEvent/, origin: '' },
};

describe('R3: what an author is answered', () => {
  const listen = '127.0.0.1:0';
  const node = nodeForAll(() => ({
    sources: {
      small: { type: 'receiver', listen, maxFrame: 2_048 },
      lenient: { type: 'receiver', listen, validate: false },
    },
  }));

  describe('R3: while the broker lives', { concurrency: true }, () => {
    for (const [version, packet] of Object.entries({ '1.1': MAXIMAL_1_1, '2.0': MAXIMAL_2_0, '2.1': MAXIMAL_2_1 })) {
      test(`R3 (VTP 2.0 §7.2): an event of version ${version} that keeps to its schema is acknowledged`, async (context) => {
        const { role, response, result } = await submit(context, node().authors(), packet);
        assert.deepEqual({ role, response, result }, { role: 'ack', response: IDENTITY, result: undefined });
      });
    }

    for (const role of ['observation', 'prediction', 'utility', 'test']) {
      test(`R3 (VTP 2.0 §7.2): an event of role ${role} is acknowledged`, async (context) => {
        await publish(context, node().authors(), event(`of-role-${role}`, { role }));
      });
    }

    for (const [fault, { packet, result, origin }] of Object.entries(REFUSALS)) {
      test(`R3, R9 (VTP 2.0 §6.3, §7.2): an event with ${fault} is refused, with a reason that its author can act on`, async (context) => {
        const answer = await submit(context, node().authors(), packet);
        assert.equal(answer.role, 'nak');
        assert.match(answer.result ?? '', result);
        assert.equal(answer.response, IDENTITY);
        const named = /ivorn="([^"]*)"/.exec(String(packet))?.[1];
        assert.equal(answer.origin, origin ?? named);
        assert.equal(
          node().journal.some((one) => one.equals(Buffer.from(packet))),
          false,
        );
      });
    }

    test('R3, R9 (VTP 2.0 §6.3, §7.2): an event over maxFrame is refused with the limit, once all of it has come', async (context) => {
      const packet = event('oversized', { what: `<Description>${'x'.repeat(5_000)}</Description>` });
      const answer = await submit(context, node().authors('small'), packet);
      assert.equal(answer.role, 'nak');
      assert.equal(answer.origin, ivornOf('oversized'));
      assert.match(answer.result ?? '', new RegExp(`${packet.length} bytes; no more than 2048`));
      await publish(context, node().authors(), packet);
    });

    test('R3 (VTP 2.0 §7.2): an event of maxFrame bytes is taken, one of a byte more is not', async (context) => {
      const filled = (name: string, bytes: number): Buffer => {
        const packet = event(name);
        return Buffer.concat([packet, Buffer.alloc(bytes - packet.length, ' ')]);
      };
      const roles = [filled('fits', 2_048), filled('does-not-fit', 2_049)].map(
        async (packet) => (await submit(context, node().authors('small'), packet)).role,
      );
      assert.deepEqual(await Promise.all(roles), ['ack', 'nak']);
    });

    test('R3 (VTP 2.0 §7.2): without validation an event need not keep to its schema, but must be an event', async (context) => {
      await publish(context, node().authors('lenient'), changed(event('lenient'), WHAT, '<Wot/>'));
      for (const fault of ['no ivorn', 'a tag that is not closed', 'a DOCTYPE', 'another root']) {
        const answer = await submit(context, node().authors('lenient'), REFUSALS[fault]?.packet ?? '');
        assert.equal(answer.role, 'nak', fault);
      }
    });

    test('R3 (VTP 2.0 §7.2): many authors at once are all answered', async (context) => {
      const names = Array.from({ length: 60 }, (_, index) => `of-many-${index}`);
      await Promise.all(names.map((name) => publish(context, node().authors(), event(name))));
      for (const name of names) assert.equal(node().kept(`#${name}"`), 1, name);
    });
  });

  test('R3 (VTP 2.0 §6.3): what a broker has acknowledged is on disk, whatever becomes of the broker', async (context) => {
    await publish(context, node().authors(), event('acknowledged'));
    await node().kill();
    assert.equal(node().kept('#acknowledged"'), 1);
  });
});
