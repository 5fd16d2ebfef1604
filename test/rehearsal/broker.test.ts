import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { scanEnvelope } from '../../src/alert/envelope.ts';
import { RehearsalBroker, type RehearsalSettings } from '../../src/rehearsal/broker.ts';
import { buildTransport, parseTransport } from '../../src/vtp/message.ts';
import { BrokerConnection, frame } from '../support/broker.ts';
import { voevent } from '../support/packets.ts';
import { recordLog, turns, until, within } from '../support/wait.ts';

const NOW = '2026-11-22T10:00:00Z';

interface Message {
  readonly text: string;
  readonly kind: string;
  readonly ivorn: string;
}

/** A subscriber that says only what the test tells it to. */
class ScriptedSubscriber {
  readonly socket: Socket;
  readonly #peer: BrokerConnection;

  constructor(context: TestContext, port: number) {
    this.socket = connect(port, '127.0.0.1');
    context.after(() => void this.socket.destroy());
    this.#peer = new BrokerConnection(this.socket, false);
  }

  get events(): Message[] {
    return this.#of('voevent');
  }

  get questions(): Message[] {
    return this.#of('transport');
  }

  send(...payloads: (string | Buffer)[]): void {
    for (const payload of payloads) this.socket.write(frame(payload));
  }

  acknowledge(ivorn: string): void {
    this.send(buildTransport({ role: 'ack', origin: ivorn, response: 'ivo://us', timeStamp: NOW }));
  }

  async event(index: number): Promise<string> {
    await until(() => this.events.length > index, `event ${index}`);
    return this.events[index]?.ivorn ?? '';
  }

  /** Answers the broker's first iamalive as it should be. */
  async answerAlive(): Promise<void> {
    await until(() => this.questions.length > 0, 'an iamalive');
    const origin = parseTransport(Buffer.from(this.questions[0]?.text ?? ''))?.origin ?? '';
    this.send(buildTransport({ role: 'iamalive', origin, response: 'ivo://us', timeStamp: NOW }));
  }

  #of(kind: string): Message[] {
    return this.#peer.messages
      .map((text) => ({ text, ...scanEnvelope(Buffer.from(text)) }))
      .filter((message) => message.kind === kind)
      .map(({ text, ivorn = '' }) => ({ text, kind, ivorn }));
  }
}

/** A broker that plays events ivo://s#0, ivo://s#1, … unless told otherwise. */
async function startBroker(
  context: TestContext,
  changes: Partial<RehearsalSettings> = {},
  packet = (index: number) => voevent(`ivo://s#${index}`),
) {
  const settings = {
    host: '127.0.0.1',
    port: 0,
    rate: 100_000,
    count: 3,
    window: 10,
    iamaliveMs: 3_600_000,
    ...changes,
  };
  const broker = new RehearsalBroker(settings, { length: settings.count, packet }, recordLog());
  const controller = new AbortController();
  context.after(() => controller.abort());
  const port = await broker.start(controller.signal);
  return { broker, port, stop: () => controller.abort() };
}

const wrongs = (broker: RehearsalBroker) => Object.fromEntries(broker.report().wrongs);

describe('the rehearsal broker', () => {
  it('plays its program, asks for life at once, and finds nothing wrong with a good subscriber', async (t) => {
    const { broker, port } = await startBroker(t);
    const subscriber = new ScriptedSubscriber(t, port);
    await subscriber.answerAlive();
    for (let index = 0; index < 3; index++) subscriber.acknowledge(await subscriber.event(index));
    await within(broker.finished(), 'the end');
    const { sent, acknowledged, latenciesMs } = broker.report();
    assert.deepEqual([sent, acknowledged, latenciesMs.length, wrongs(broker)], [3, 3, 3, {}]);
  });

  it('sends no more than the window allows', async (t) => {
    const { port } = await startBroker(t, { window: 2, count: 5 });
    const subscriber = new ScriptedSubscriber(t, port);
    await subscriber.event(1);
    await turns(20);
    assert.equal(subscriber.events.length, 2);
    subscriber.acknowledge('ivo://s#0');
    await subscriber.event(2);
    await turns(20);
    assert.equal(subscriber.events.length, 3);
  });

  it('counts acks it did not wait for, naks with their reason, and what is no Transport', async (t) => {
    const { broker, port } = await startBroker(t);
    const subscriber = new ScriptedSubscriber(t, port);
    await subscriber.event(2);
    subscriber.acknowledge('ivo://wrong#origin');
    subscriber.acknowledge('ivo://wrong#again');
    subscriber.send(buildTransport({ role: 'nak', origin: 'ivo://s#0', timeStamp: NOW, result: 'no room' }));
    subscriber.send('<html/>', voevent(), '');
    subscriber.acknowledge('ivo://s#1');
    subscriber.acknowledge('ivo://s#2');
    await within(broker.finished(), 'the end');
    assert.deepEqual(wrongs(broker), {
      'an ack for ivo://wrong#origin, which was not waiting for one': 2,
      'a nak: no room': 1,
      'an answer that is no Transport message, beginning "<html/>"': 2,
      'a frame that is empty': 1,
    });
    assert.equal(broker.report().acknowledged, 2);
  });

  it('holds the Origin of an iamalive against its own (R5, VTP 2.0 §7.3)', async (t) => {
    const { broker, port } = await startBroker(t);
    const subscriber = new ScriptedSubscriber(t, port);
    subscriber.send(buildTransport({ role: 'iamalive', origin: 'ivo://us', timeStamp: NOW }));
    await until(() => broker.report().wrongs.size > 0, 'the fault');
    assert.deepEqual(wrongs(broker), { 'an iamalive whose Origin is ivo://us, not ours (VTP 2.0 §7.3)': 1 });
  });

  it('counts an alert and an iamalive that have no answer within ten seconds, and then is done', async (t) => {
    let now = 0;
    t.mock.method(performance, 'now', () => now);
    t.mock.timers.enable({ apis: ['setInterval'] });
    const { broker, port } = await startBroker(t);
    // The real clock is needed to wait; the broker's is this one.
    const subscriber = new ScriptedSubscriber(t, port);
    await subscriber.event(0);
    now = 9_990;
    t.mock.timers.tick(10);
    assert.deepEqual(wrongs(broker), {});
    now = 30_000;
    t.mock.timers.tick(10);
    t.mock.timers.tick(10);
    now = 60_000;
    t.mock.timers.tick(10);
    await within(broker.finished(), 'the end');
    assert.deepEqual(wrongs(broker), {
      'an iamalive was not answered within 10 s': 1,
      'no ack within 10 s, such as for ivo://s#0': 3,
    });
  });

  it('sends what was not acknowledged again, to the next who subscribes (R10, VTP 2.0 §7.4)', async (t) => {
    const { broker, port } = await startBroker(t);
    const first = new ScriptedSubscriber(t, port);
    await first.event(2);
    first.acknowledge('ivo://s#1');
    await until(() => broker.report().acknowledged === 1, 'the ack');
    first.socket.destroy();
    const second = new ScriptedSubscriber(t, port);
    const again = [await second.event(0), await second.event(1)];
    assert.deepEqual(again, ['ivo://s#0', 'ivo://s#2']);
    for (const ivorn of again) second.acknowledge(ivorn);
    await within(broker.finished(), 'the end');
    assert.deepEqual([broker.report().sent, broker.report().acknowledged, wrongs(broker)], [3, 3, {}]);
  });

  it('does not blame the subscriber when two packets share an ivorn', async (t) => {
    const { broker, port } = await startBroker(t, { count: 3 }, (index) =>
      voevent('ivo://s#same', 'test', `<${'abc'[index]}/>`),
    );
    const subscriber = new ScriptedSubscriber(t, port);
    for (let index = 0; index < 3; index++) subscriber.acknowledge(await subscriber.event(index));
    await within(broker.finished(), 'the end');
    assert.deepEqual([broker.report().acknowledged, wrongs(broker)], [3, {}]);
  });

  it('plays to several subscribers, and is content with one ack', async (t) => {
    const { broker, port } = await startBroker(t, { count: 2, window: 1 });
    const one = new ScriptedSubscriber(t, port);
    await one.event(0);
    const other = new ScriptedSubscriber(t, port);
    await until(() => other.questions.length > 0, 'the other to be welcomed');
    one.acknowledge('ivo://s#0');
    for (const subscriber of [other, one]) {
      await until(() => subscriber.events.at(-1)?.ivorn === 'ivo://s#1', 'the second event');
      subscriber.acknowledge('ivo://s#1');
    }
    await within(broker.finished(), 'the end');
    assert.deepEqual([broker.report().acknowledged, wrongs(broker)], [2, {}]);
  });

  it('refuses a port that is taken, with the reason', async (t) => {
    const { port } = await startBroker(t);
    await assert.rejects(
      startBroker(t, { port }),
      /Cannot listen on 127\.0\.0\.1:\d+: the address is in use by another program/,
    );
  });

  it('ends when it is told to', async (t) => {
    const { broker, port, stop } = await startBroker(t, { count: 1_000_000, rate: 1 });
    const subscriber = new ScriptedSubscriber(t, port);
    await subscriber.event(0);
    stop();
    await within(broker.finished(), 'the end');
    await until(() => subscriber.socket.destroyed, 'the connection to end');
  });
});
