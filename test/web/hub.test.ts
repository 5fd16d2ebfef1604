import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { Hub, type Listener } from '../../src/web/hub.ts';
import { alertRowSchema, deliveryChangeSchema, type Status } from '../../src/web/model.ts';
import { statusOf } from '../../src/web/status.ts';
import { packet } from '../support/play.ts';
import { until } from '../support/wait.ts';
import { watchedJournal } from './journal.ts';
import { facts, NOW, snapshot } from './snapshot.ts';

interface Event {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: never;
}

/** One who listens; `waiting` is what it has not taken yet. */
class Client extends EventEmitter {
  text = '';
  writableLength = 0;
  destroyed = false;
  ended = false;

  write(text: string): boolean {
    this.text += text;
    return true;
  }

  end(): void {
    this.ended = true;
    this.emit('close');
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }

  get events(): Event[] {
    return this.text
      .split('\n\n')
      .filter((block) => block.includes('event:'))
      .map((block) => {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        return { event: field('event') ?? '', id: field('id'), data: JSON.parse(field('data') ?? 'null') as never };
      });
  }

  of(event: string): Event[] {
    return this.events.filter((one) => one.event === event);
  }
}

function setUp(context: TestContext) {
  const journal = watchedJournal(context);
  let status: Status = statusOf(snapshot(), facts(), NOW);
  const problems: unknown[] = [];
  const faults: Error[] = [];
  const hub = new Hub(journal.reader, {
    after: (seq, limit) => {
      const fault = faults.pop();
      if (fault !== undefined) throw fault;
      return journal.rows.after(seq, limit);
    },
    latest: (limit) => journal.rows.list({}, limit),
    status: () => Promise.resolve(status),
    problem: (error) => problems.push(error),
  });
  context.after(() => hub.close());
  const join = (isPage = false, after?: number): Client => {
    const client = new Client();
    hub.join(client as unknown as Listener, isPage, after);
    return client;
  };
  const change = (changes: Partial<Status>): void => {
    status = { ...status, ...changes };
  };
  return { ...journal, hub, join, change, problems, faults };
}

const numbers = (events: readonly Event[]): number[] => events.map(({ id }) => Number(id));
const many = (first: number, count: number): Buffer[] =>
  Array.from({ length: count }, (_, index) => packet(String(first + index)));

describe('those who listen', () => {
  it('are told of each alert, with its number, once and in order', async (t) => {
    const { join, receive } = setUp(t);
    await receive(many(1, 3));
    const client = join();
    await receive(many(4, 2));
    await until(() => client.of('alert').length === 2, 'two alerts');
    await receive([packet('a-test', { role: 'test' })]);
    await until(() => client.of('alert').length === 3, 'another');
    assert.deepEqual(numbers(client.of('alert')), [4, 5, 6]);
    const rows = client.of('alert').map(({ data }) => alertRowSchema.parse(data));
    assert.deepEqual(
      rows.map(({ ivorn }) => ivorn?.split('#')[1]),
      ['4', '5', 'a-test'],
    );
    assert.equal(rows[2]?.handlers[0]?.fired, false);
    assert.match(client.text, /^retry: 1000\n/);
  });

  it('get after a cut every alert that they missed, however many, and then what comes', async (t) => {
    const { join, receive } = setUp(t);
    await receive(many(1, 260));
    const client = join(false, 7);
    await until(() => client.of('alert').length === 253, 'all that was missed');
    await receive(many(261, 1));
    await until(() => client.of('alert').length === 254, 'what comes');
    assert.deepEqual(
      numbers(client.of('alert')),
      Array.from({ length: 254 }, (_, index) => index + 8),
    );
  });

  it('are told how deliveries go on, also of alerts from before a cut', async (t) => {
    const { join, receive, ledger } = setUp(t);
    await receive(many(1, 2));
    const client = join(false, 2);
    const told = client.of('delivery').map(({ data }) => deliveryChangeSchema.parse(data));
    assert.deepEqual(
      told.map(({ seq, delivery }) => [seq, delivery.state]),
      [
        [1, 'pending'],
        [2, 'pending'],
      ],
    );
    ledger.begin(2, 'slew', NOW);
    await until(() => client.of('delivery').length === 3, 'the start');
    ledger.end(2, 'slew', { state: 'done', outcome: 'slewed', endedAt: NOW + 5 });
    await until(() => client.of('delivery').length === 4, 'the end');
    const last = deliveryChangeSchema.parse(client.of('delivery').at(-1)?.data);
    assert.deepEqual(
      [last.seq, last.handler, last.delivery.state, last.delivery.outcome],
      [2, 'slew', 'done', 'slewed'],
    );
    assert.equal(last.id.length, 16);
    assert.ok(
      client.of('delivery').every(({ id }) => id === undefined),
      'a delivery does not move the place to go on from',
    );
  });

  it('who do not read get no more than fits, and what they missed once they do', async (t) => {
    const { join, receive, ledger } = setUp(t);
    const [slow, quick] = [join(), join()];
    slow.writableLength = 10_000_000;
    await receive(many(1, 150));
    await until(() => quick.of('alert').length === 150, 'all of them');
    assert.equal(slow.of('alert').length, 0);
    slow.writableLength = 0;
    await until(() => slow.of('alert').length === 150, 'all of them, later');
    assert.deepEqual(numbers(slow.of('alert')), numbers(quick.of('alert')));
    slow.writableLength = 10_000_000;
    const before = slow.of('delivery').length;
    ledger.begin(150, 'slew', NOW);
    await until(() => /"seq":150,[^\n]*"running"/.test(quick.text), 'the start');
    assert.equal(slow.of('delivery').length, before);
    slow.writableLength = 0;
    await until(() => /"seq":150,[^\n]*"running"/.test(slow.text), 'the start, later');
  });

  it('with a page get the newest alerts when many came at once, and the status when it has changed', async (t) => {
    const { join, receive, change } = setUp(t);
    await receive(many(1, 120));
    const page = join(true, 10);
    await until(() => page.of('status').length === 1, 'the status');
    const [reset] = page.of('reset');
    assert.equal(reset?.id, '120');
    const rows = (reset?.data ?? []) as unknown as { seq: number }[];
    assert.deepEqual([rows.length, rows[0]?.seq, rows.at(-1)?.seq], [50, 120, 71]);
    await receive(many(121, 2));
    await until(() => page.of('alert').length === 2, 'what comes');
    change({ level: 'red' });
    await until(() => page.of('status').length === 2, 'another status');
    assert.match(page.text, /event: status\ndata: \{[^\n]*"level":"red"/);
  });

  it('are told later how a delivery went on while the journal could not be read', async (t) => {
    const { join, receive, ledger, faults, problems } = setUp(t);
    await receive(many(1, 2));
    const client = join();
    faults.push(new Error('disk I/O error'));
    ledger.begin(2, 'slew', NOW);
    await receive(many(3, 1));
    await until(() => client.of('alert').length === 1, 'the alert');
    await until(() => /"seq":2,[^\n]*"running"/.test(client.text), 'the start');
    assert.equal(problems.length, 1);
  });

  it('with a page are not shown how things stood when there was a page before', async (t) => {
    const { hub, join, change } = setUp(t);
    const first = join(true);
    join();
    await until(() => first.of('status').length === 1, 'the status');
    first.destroy();
    change({ level: 'red' });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.equal(hub.clients, 1);
    const second = join(true);
    await until(() => second.of('status').length === 1, 'the status of now');
    assert.equal((second.of('status')[0]?.data as { level: string } | undefined)?.level, 'red');
  });

  it('are forgotten when they go, and sent away when the page ends', async (t) => {
    const { hub, join } = setUp(t);
    const [one, two] = [join(), join(true)];
    assert.equal(hub.clients, 2);
    one.destroy();
    assert.equal(hub.clients, 1);
    hub.close();
    assert.equal(two.ended, true);
    assert.equal(hub.clients, 0);
  });
});
