import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scanEnvelope } from '../../../src/alert/envelope.ts';
import { parseXml } from '../../../src/alert/xml/xml.ts';
import { parseTransport } from '../../../src/vtp/message.ts';
import {
  acknowledge,
  openSession,
  receive,
  type SessionOutput,
  type SessionSettings,
  tick,
} from '../../../src/vtp/subscriber/session.ts';
import { ESTAR_IAMALIVE, TRANSPORT_NAMESPACES, transport, voevent } from '../../support/packets.ts';
import { digest } from './subscription.ts';

const US = 'ivo://example.org/us';
const SETTINGS: SessionSettings = { identity: US, dialect: 'vtp', silenceMs: 150_000 };
const OPENED = Date.UTC(2026, 10, 22, 10, 0, 0);
const NOW = OPENED + 1_500;

function outputsOf(payload: Buffer, settings = SETTINGS): readonly SessionOutput[] {
  return receive(openSession(OPENED), payload, settings, NOW).outputs;
}

/** The only output, which must be a message to send. */
function answerTo(payload: Buffer, settings = SETTINGS): Buffer {
  const [output, ...more] = outputsOf(payload, settings);
  assert.deepEqual(more, []);
  if (output?.type !== 'send') return assert.fail(`expected an answer, got ${output?.type}`);
  return Buffer.from(output.payload);
}

describe('R1 (VTP 2.0 §3.1), the bytes of an event', () => {
  it('are kept exactly as they came', () => {
    const packet = Buffer.from(`\ufeff ${voevent()} <!-- after -->\r\n`);
    const [output] = outputsOf(packet);
    assert.equal(output?.type === 'store' ? output.packet : undefined, packet);
  });
});

describe('R5 (VTP 2.0 §5, §7.3), an iamalive', () => {
  it('is answered with its Origin, our Response and a new time', () => {
    const answer = parseTransport(answerTo(transport('iamalive')));
    assert.deepEqual(answer, {
      ...{ role: 'iamalive', version: '1.0', namespace: TRANSPORT_NAMESPACES[0] },
      ...{ origin: 'ivo://example.org/broker', response: US, timeStamp: '2026-11-22T10:00:01.500Z' },
      ...{ result: undefined, params: [], filters: [] },
    });
  });

  it('is answered without Response when we have no identity', () => {
    const answer = answerTo(transport('iamalive'), { ...SETTINGS, identity: undefined });
    assert.equal(parseTransport(answer)?.response, undefined);
    assert.doesNotMatch(answer.toString(), /Response/);
  });

  it('is answered in the namespace and version it came in', () => {
    for (const namespace of TRANSPORT_NAMESPACES.filter((name) => name !== '')) {
      const answer = parseTransport(answerTo(transport('iamalive', { namespace, version: '1.1' })));
      assert.equal(answer?.namespace, namespace);
      assert.equal(answer.version, '1.1');
    }
  });

  it('without an Origin is answered all the same', () => {
    const answer = answerTo(Buffer.from('<Transport role="iamalive"/>'));
    assert.equal(parseTransport(answer)?.role, 'iamalive');
    assert.equal(parseTransport(answer)?.origin, undefined);
  });

  it('as a VOEvent, from brokers older than Transport, is sent back byte for byte, and not kept', () => {
    assert.equal(answerTo(ESTAR_IAMALIVE).compare(ESTAR_IAMALIVE), 0);
  });

  it('is shown in the session', () => {
    for (const payload of [transport('iamalive'), ESTAR_IAMALIVE]) {
      const { session } = receive(openSession(OPENED), payload, SETTINGS, NOW);
      assert.deepEqual(session, {
        openedAt: OPENED,
        lastMessageAt: NOW,
        heardAt: NOW,
        lastIamaliveAt: NOW,
        events: 0,
        hasAsked: false,
      });
    }
  });
});

describe('R6 (VTP 2.0 §5, §7.4), a silent broker', () => {
  it('is taken for dead when it has sent nothing for the configured time, and not a moment earlier', () => {
    const session = openSession(OPENED);
    assert.deepEqual(tick(session, SETTINGS, OPENED + 149_999).outputs, []);
    assert.deepEqual(tick(session, SETTINGS, OPENED + 150_000).outputs, [
      { type: 'close', reason: 'the broker sent nothing for 150s' },
    ]);
  });

  it('is measured from its last message', () => {
    for (const payload of [
      transport('iamalive'),
      voevent(),
      ESTAR_IAMALIVE,
      transport('authenticate'),
      transport('ack'),
    ]) {
      const { session } = receive(openSession(OPENED), payload, SETTINGS, OPENED + 100_000);
      assert.deepEqual(tick(session, SETTINGS, OPENED + 249_999).outputs, []);
      assert.equal(tick(session, SETTINGS, OPENED + 250_000).outputs[0]?.type, 'close');
    }
  });

  it('is measured by a clock that nobody sets', () => {
    for (const now of [OPENED - 3_600_000, OPENED + 3_600_000]) {
      const { session } = receive(openSession(OPENED, 0), transport('iamalive'), SETTINGS, now, 100_000);
      assert.equal(session.lastMessageAt, now);
      assert.deepEqual(tick(session, SETTINGS, 249_999).outputs, []);
      assert.equal(tick(session, SETTINGS, 250_000).outputs[0]?.type, 'close');
    }
  });

  it('is not brought to life by what is no message', () => {
    const { session } = receive(openSession(OPENED), Buffer.from('static'), SETTINGS, OPENED + 100_000);
    assert.equal(tick(session, SETTINGS, OPENED + 150_000).outputs[0]?.type, 'close');
  });
});

describe('R7 (VTP 2.0 §6), what we send', () => {
  it('is a Transport of version 1.0 in the standard namespace, with its time in UTC', () => {
    const root = parseXml(acknowledge(scanEnvelope(voevent()), digest, SETTINGS, NOW));
    assert.deepEqual(root?.attributes, {
      ...{ role: 'ack', version: '1.0', 'xmlns:trn': 'http://telescope-networks.org/schema/Transport/v1.1' },
    });
    assert.deepEqual(
      root?.children.map(({ name, text }) => [name, text]),
      [
        ['Origin', 'ivo://example.org/stream#1'],
        ['Response', US],
        ['TimeStamp', '2026-11-22T10:00:01.500Z'],
      ],
    );
  });
});

describe('R8 and R10 (VTP 2.0 §6, §7.4), an event', () => {
  it('is kept, to be acknowledged once it is on disk, and counted', () => {
    const { session, outputs } = receive(openSession(OPENED), voevent(), SETTINGS, NOW);
    assert.deepEqual(
      outputs.map((output) => (output.type === 'store' ? output.acknowledge : output.type)),
      [true],
    );
    assert.deepEqual(session, {
      openedAt: OPENED,
      lastMessageAt: NOW,
      heardAt: NOW,
      lastIamaliveAt: undefined,
      events: 1,
      hasAsked: false,
    });
  });

  it('is acknowledged by its ivorn, escaped', () => {
    const ack = acknowledge(scanEnvelope(voevent('ivo://example.org/s#a&amp;b&lt;')), digest, SETTINGS, NOW);
    assert.match(ack, /<Origin>ivo:\/\/example.org\/s#a&amp;b&lt;<\/Origin>/);
    assert.equal(parseTransport(Buffer.from(ack))?.origin, 'ivo://example.org/s#a&b<');
  });

  it('is kept and acknowledged whatever is wrong with it', () => {
    const wrong = {
      'without role': '<VOEvent ivorn="ivo://example.org/s#1"><Who/></VOEvent>',
      'of an unknown role': '<VOEvent role="rumour" ivorn="ivo://example.org/s#1"/>',
      'in an unknown namespace': '<a:VOEvent xmlns:a="urn:whatever" ivorn="ivo://example.org/s#1"></a:VOEvent>',
      'in no namespace': '<VOEvent ivorn="ivo://example.org/s#1"></VOEvent>',
      'with a malformed root': '<VOEvent ivorn="ivo://example.org/s#1" role=observation></VOEvent>',
      'cut off': '<VOEvent role="test" ivorn="ivo://example.org/s#1"><What',
    };
    for (const [name, text] of Object.entries(wrong)) {
      const [output, ...more] = outputsOf(Buffer.from(text));
      assert.equal(output?.type === 'store' && output.acknowledge, true, name);
      assert.deepEqual(more, [], name);
      if (output?.type === 'store') assert.equal(output.envelope.ivorn, 'ivo://example.org/s#1', name);
    }
  });

  it('is acknowledged with where it is stored, when that is to be said, after the form of eSTAR', () => {
    const settings = { ...SETTINGS, storedUrl: 'https://host/alerts/?a="1"&id=' };
    const ack = acknowledge(scanEnvelope(voevent()), digest, settings, NOW);
    const meta =
      '<Meta><Param name="stored" value="https://host/alerts/?a=&quot;1&quot;&amp;id=0123456789abcdef.xml"/></Meta>';
    const without = acknowledge(scanEnvelope(voevent()), digest, SETTINGS, NOW);
    assert.equal(ack, without.replace('</trn:Transport>', `${meta}</trn:Transport>`));
  });

  it('without an ivorn is acknowledged with an empty Origin', () => {
    assert.match(acknowledge(scanEnvelope(Buffer.from('<VOEvent/>')), digest, SETTINGS, NOW), /<Origin><\/Origin>/);
  });
});

describe('a document that is neither a VOEvent nor a Transport', () => {
  it('is kept, but there is nothing to answer', () => {
    for (const text of ['<html><body/></html>', 'GET / HTTP/1.1', '\u0000\u0001']) {
      const { session, outputs } = receive(openSession(OPENED), Buffer.from(text), SETTINGS, NOW);
      assert.deepEqual(
        outputs.map((output) => (output.type === 'store' ? output.acknowledge : output.type)),
        [false, 'note'],
      );
      assert.equal(session.events, 0);
    }
  });

  it('is told in words that are safe to print', () => {
    const note = outputsOf(Buffer.from('\u001b[2J<html>\n'))[1];
    if (note?.type !== 'note') return assert.fail();
    assert.equal(note.level, 'warn');
    assert.match(note.message, /neither a VOEvent nor a Transport message; it is kept in quarantine/);
    assert.deepEqual(note.fields, { bytes: 11, begins: ' [2J<html> ' });
  });
});

describe('an authenticate', () => {
  it('is answered with who we are', () => {
    const answer = parseTransport(answerTo(transport('authenticate')));
    assert.equal(answer?.role, 'authenticate');
    assert.equal(answer.origin, 'ivo://example.org/broker');
    assert.equal(answer.response, US);
  });
});

describe('a receipt we did not ask for', () => {
  it('is noted and not answered, or receipts would answer receipts for ever', () => {
    const content = '<Origin/><TimeStamp/><Meta><Result>go away</Result></Meta>';
    const [ack, nak] = [outputsOf(transport('ack')), outputsOf(transport('nak', { content }))];
    assert.deepEqual(ack, [{ type: 'note', level: 'debug', message: 'The broker sent an unasked ack' }]);
    assert.deepEqual(nak, [{ type: 'note', level: 'warn', message: 'The broker sent an unasked nak: go away' }]);
  });
});

describe('a Transport message that cannot be read', () => {
  it('is ignored, and told', () => {
    for (const payload of [transport('welcome'), Buffer.from('<Transport/>')]) {
      const outputs = outputsOf(payload);
      assert.deepEqual(
        outputs.map(({ type }) => type),
        ['note'],
      );
    }
  });
});

describe('filters', () => {
  const FILTERS = ['//Param[@name="TrigID" and @value > 5]', '/*[@role="test"]'];
  const filtering = { ...SETTINGS, filters: FILTERS };

  it('are told to a broker that asks who we are', () => {
    const answer = parseTransport(answerTo(transport('authenticate'), filtering));
    assert.deepEqual(
      [answer?.role, answer?.origin, answer?.response],
      ['authenticate', 'ivo://example.org/broker', US],
    );
    assert.deepEqual(answer?.filters, FILTERS);
  });

  it('are told unasked, once, to a broker that begins with anything else', () => {
    for (const first of [voevent(), transport('iamalive')]) {
      const step = receive(openSession(OPENED), first, filtering, NOW);
      const sent = step.outputs.at(-1);
      const asking = sent?.type === 'send' ? parseTransport(Buffer.from(sent.payload)) : undefined;
      assert.deepEqual([asking?.role, asking?.origin, asking?.filters], ['authenticate', US, FILTERS]);
      assert.equal(step.outputs.length, 2, 'beside what the message itself asks for');
      assert.equal(receive(step.session, transport('iamalive'), filtering, NOW).outputs.length, 1);
    }
  });

  it('are nothing to a source without them, nor in answer to what cannot be read', () => {
    assert.equal(outputsOf(voevent()).length, 1);
    assert.deepEqual(
      receive(openSession(OPENED), Buffer.from('garbage'), filtering, NOW).outputs.filter(
        ({ type }) => type === 'send',
      ),
      [],
    );
  });
});
