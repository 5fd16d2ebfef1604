import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { digestOf, idOf } from '../../src/alert/digest.ts';
import { scanEnvelope } from '../../src/alert/envelope.ts';
import { Histogram, type HistogramCounts } from '../../src/common/histogram.ts';
import { inspectProgram } from '../../src/inspect/program.ts';
import { Intake } from '../../src/intake/intake.ts';
import type { Source } from '../../src/intake/messages.ts';
import { LogReader } from '../../src/journal/log/reader.ts';
import { END_MARK } from '../../src/journal/log/record.ts';
import { type LogPosition, segmentPath } from '../../src/journal/log/segments.ts';
import { parseEndpoint } from '../../src/vtp/address.ts';
import { parseTransport } from '../../src/vtp/message.ts';
import { parseNetworks } from '../../src/vtp/networks.ts';
import type { SubscriberSettings } from '../../src/vtp/subscriber/subscriber.ts';
import { directoryFor } from '../journal/journal.ts';
import { ScriptedBroker } from '../support/broker.ts';
import { transport, voevent } from '../support/packets.ts';
import { Peer } from '../support/peer.ts';
import { recordLog, until, within } from '../support/wait.ts';

function source(name: string, broker: ScriptedBroker, changes: Partial<SubscriberSettings> = {}): Source {
  return {
    type: 'vtp',
    name,
    settings: {
      ...{ brokers: [broker.address], identity: `ivo://example.org/${name}`, dialect: 'vtp', silenceMs: 150_000 },
      ...{ maxFrame: 512_000, connectTimeoutMs: 10_000, reconnect: { initialMs: 5, maxMs: 10 }, tls: undefined },
      ...changes,
    },
  };
}

/** The intake thread, with a log of its own; stopped after the test at the latest. */
function startIntake(context: TestContext, path = join(directoryFor(context), 'journal.db')) {
  const log = recordLog();
  /** Up to where the keeper was told that the log is on disk. */
  const commits: LogPosition[] = [];
  const failures: Error[] = [];
  /** What was told of before it was on disk. */
  const coming: Buffer[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.on('message', (position: LogPosition) => commits.push(position));
  const intake = new Intake(path, 1, port2, log, {
    coming: ({ packet }) => coming.push(Buffer.from(packet)),
    failed: (error) => failures.push(error),
  });
  context.after(() => intake.stop());
  return { intake, path, log, commits, coming, failures };
}

function observations({ counts }: HistogramCounts): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** What is on disk, oldest first. */
function kept(path: string): { source: string; ivorn: string | undefined; packet: Buffer }[] {
  const reader = new LogReader(path, { damaged: (file) => assert.fail(`${file} is damaged`) });
  const all = [];
  for (let position: LogPosition = { segment: 0, offset: 0 }; ; ) {
    const batch = reader.read(position, { segment: 1_000, offset: 0 });
    all.push(...batch.entries);
    position = batch.position;
    if (batch.isLast) break;
  }
  reader.close();
  return all.map(({ source, ivorn, packet }) => ({ source, ivorn, packet: Buffer.from(packet) }));
}

describe('the intake thread', () => {
  it('has an alert on disk when its ack is on the wire', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { intake, path, commits } = startIntake(t);
    void intake.configure([source('campus', broker)]);
    const connection = await broker.connection();
    const packet = voevent('ivo://example.org/s#1');
    connection.send(packet);
    const ack = parseTransport(Buffer.from(await connection.message(0)));
    assert.deepEqual(kept(path), [{ source: 'campus', ivorn: 'ivo://example.org/s#1', packet }]);
    assert.deepEqual(
      [ack?.role, ack?.origin, ack?.response],
      ['ack', 'ivo://example.org/s#1', 'ivo://example.org/campus'],
    );
    await until(() => commits.length > 0, 'the keeper to be told');
    assert.deepEqual(commits, [{ segment: 1, offset: statSync(segmentPath(path, 1)).size - END_MARK.length }]);
  });

  it('tells the main thread of a document that comes by itself, but not of those that come with it or are large', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { intake, coming } = startIntake(t);
    void intake.configure([source('campus', broker)]);
    const connection = await broker.connection();
    const large = voevent('ivo://example.org/s#1', 'x'.repeat(100_000));
    connection.send(large);
    await connection.message(0);
    const lone = voevent('ivo://example.org/s#2');
    connection.send(lone);
    await connection.message(1);
    connection.send(voevent('ivo://example.org/s#3'), voevent('ivo://example.org/s#4'));
    await connection.message(3);
    await intake.report();
    assert.deepEqual(coming, [lone]);
  });

  it('acknowledges the same alert again, from another broker too', async (t) => {
    await using one = await ScriptedBroker.listen();
    await using other = await ScriptedBroker.listen();
    const { intake, path } = startIntake(t);
    void intake.configure([source('one', one), source('other', other)]);
    for (const broker of [one, other]) {
      const connection = await broker.connection();
      connection.send(voevent());
      await connection.message(0);
    }
    assert.deepEqual(
      kept(path).map((alert) => alert.source),
      ['one', 'other'],
    );
  });

  it('keeps what is malformed, and what is no alert at all, which it does not answer', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { intake, path } = startIntake(t);
    void intake.configure([source('campus', broker)]);
    const connection = await broker.connection();
    connection.send('<html/>', '<VOEvent ivorn="ivo://example.org/s#1"><What', transport('iamalive'));
    await connection.message(1);
    const roles = connection.messages.map((message) => parseTransport(Buffer.from(message))?.role);
    assert.deepEqual(roles.sort(), ['ack', 'iamalive']);
    assert.equal(kept(path).length, 2);
  });

  it('connects again only the source whose settings have changed', async (t) => {
    await using same = await ScriptedBroker.listen();
    await using changed = await ScriptedBroker.listen();
    await using removed = await ScriptedBroker.listen();
    await using added = await ScriptedBroker.listen();
    const { intake } = startIntake(t);
    void intake.configure([source('same', same), source('changed', changed), source('removed', removed)]);
    for (const broker of [same, changed, removed]) await broker.connection();
    void intake.configure([
      source('same', same),
      source('changed', changed, { identity: 'ivo://example.org/new' }),
      source('added', added),
    ]);
    const again = await changed.connection(1);
    again.send(transport('iamalive'));
    assert.match(await again.message(0), /<Response>ivo:\/\/example.org\/new</);
    await added.connection();
    await (await removed.connection()).gone();
    assert.deepEqual([same.connections.length, removed.connections.length], [1, 1]);
    assert.equal((await same.connection()).ended, false);
  });

  it('says what every source is doing', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { intake, log } = startIntake(t);
    void intake.configure([source('campus', broker)]);
    await broker.connection();
    const line = await log.said(/Connected to/);
    assert.equal(line.fields.source, 'campus');
    const { sources } = await within(intake.report(), 'the report');
    assert.deepEqual(
      sources.map(({ name, status }) => [name, status.state]),
      [['campus', 'connected']],
    );
  });

  it('says what every source has done since the start, also with other settings before', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { intake } = startIntake(t);
    void intake.configure([source('campus', broker, { maxFrame: 2_000 })]);
    const packet = voevent('ivo://example.org/s#1');
    const first = await broker.connection();
    first.send(voevent('ivo://example.org/large#1', 'observation', 'x'.repeat(3_000)), packet, packet, '<html/>');
    await first.message(1);
    void intake.configure([source('campus', broker, { identity: 'ivo://example.org/new' })]);
    const second = await broker.connection(1);
    const before = Date.now();
    second.send(packet);
    await second.message(0);
    const { sources, ack, lag, journalProblem } = await within(intake.report(), 'the report');
    const { lastAlertAt = 0, ...totals } = sources[0]?.totals ?? {};
    const bytes = 3 * packet.length + '<html/>'.length;
    assert.deepEqual(totals, { received: 4, bytes, acks: 3 });
    assert.ok(before <= lastAlertAt && lastAlertAt <= Date.now());
    assert.equal(observations(ack), 3);
    assert.ok(ack.sum > 0 && ack.sum < 10, `${ack.sum} s`);
    assert.equal(lag.counts.length, ack.counts.length);
    assert.equal(journalProblem, undefined);
  });

  it('counts what authors send, but for what is refused', async (t) => {
    const { intake, log } = startIntake(t);
    const listen = parseEndpoint('127.0.0.1:0', 0);
    assert.ok(listen);
    const receiver: Source = {
      ...{ type: 'receiver', name: 'authors' },
      settings: {
        ...{ identity: 'ivo://example.org/us', listen, allow: parseNetworks('127.0.0.1') ?? [], tls: undefined },
        ...{ maxConnections: 8, maxPerAddress: 8, rate: { perSecond: 100, burst: 100 }, maxFrame: 512_000 },
        ...{ timeoutMs: 20_000, keepOpenMs: 60_000, validate: false, storedUrl: 'http://host:8090/alerts/' },
      },
    };
    assert.deepEqual(await within(intake.configure([receiver], inspectProgram()), 'the receiver'), []);
    const author = await Peer.connect(String((await log.said(/^Receiving from/)).fields.address));
    const packet = voevent('ivo://example.org/s#1', 'test', '<Who><AuthorIVORN>ivo://example.org</AuthorIVORN></Who>');
    author.send(packet, 'hello');
    await author.message(1);
    const receipts = author.messages.map((message) => parseTransport(message));
    const value = `http://host:8090/alerts/${idOf(digestOf(packet, scanEnvelope(packet).element))}.xml`;
    assert.deepEqual(
      receipts.find((receipt) => receipt?.role === 'ack')?.params,
      [{ name: 'stored', value }],
      receipts.map((receipt) => receipt?.result).join(),
    );
    const { sources, ack } = await within(intake.report(), 'the report');
    const { lastAlertAt: _, ...totals } = sources[0]?.totals ?? {};
    assert.deepEqual(totals, { received: 1, bytes: packet.length, acks: 1 });
    assert.equal(observations(ack), 1);
    author.close();
  });

  it('watches how late its event loop is', async (t) => {
    const { intake } = startIntake(t);
    for (;;) {
      const { lag } = await within(intake.report(), 'the report');
      if (observations(lag) > 1) break;
    }
  });

  it('answers all who ask at once, and those who ask when it has ended', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { intake } = startIntake(t);
    void intake.configure([source('campus', broker)]);
    await broker.connection();
    const [one, other] = await within(Promise.all([intake.report(), intake.report()]), 'both reports');
    assert.deepEqual([one?.sources.length, other?.sources.length], [1, 1]);
    const late = Promise.all([intake.stop(), intake.report()]);
    await within(late, 'the report of a thread that ends');
    const nothing = new Histogram().snapshot;
    assert.deepEqual(await within(intake.report(), 'the report of a thread that has ended'), {
      ...{ sources: [], ack: nothing, lag: nothing, journalProblem: undefined },
    });
  });

  it('commits and acknowledges what has arrived before it stops', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { intake, path } = startIntake(t);
    void intake.configure([source('campus', broker)]);
    const connection = await broker.connection();
    const count = 500;
    connection.send(...Array.from({ length: count }, (_, number) => voevent(`ivo://example.org/s#${number}`)));
    await connection.message(0);
    await within(intake.stop(), 'the intake to stop');
    await connection.gone();
    const acknowledged = connection.messages.map((message) => parseTransport(Buffer.from(message))?.origin);
    const inJournal = kept(path).map(({ ivorn }) => ivorn);
    assert.deepEqual(acknowledged, inJournal, 'each that is kept is acknowledged, and none other');
  });

  it('stops while a source is connecting, and when it has none', async (t) => {
    await using mute = await ScriptedBroker.listen();
    const { intake } = startIntake(t);
    void intake.configure([source('campus', mute, { tls: {} })]);
    await mute.connection();
    await within(intake.stop(), 'the intake to stop');
    await within(startIntake(t).intake.stop(), 'the other intake to stop');
  });

  it('acknowledges nothing while its log cannot be written, says so, and goes on when it can', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const directory = directoryFor(t);
    const path = join(directory, 'later', 'journal.db');
    const { intake, log } = startIntake(t, path);
    void intake.configure([source('campus', broker)]);
    const connection = await broker.connection();
    connection.send(voevent());
    await log.said(/^Cannot write the journal: no such file or directory/);
    assert.equal((await intake.report()).journalProblem, 'no such file or directory (ENOENT)');
    assert.equal(connection.messages.length, 0);
    mkdirSync(join(directory, 'later'));
    await connection.message(0);
    assert.equal(kept(path).length, 1);
    await log.said(/^The journal can be written again/);
  });
});
