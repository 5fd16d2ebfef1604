import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { frame, ScriptedBroker } from '../../support/broker.ts';
import { transport, voevent } from '../../support/packets.ts';
import { turns, until } from '../../support/wait.ts';
import { HeldStore, QuickStore, subscribe } from './subscription.ts';

/** Resolves when the number has stayed the same for a hundred looks. */
async function steady(count: () => number): Promise<number> {
  let last = count();
  let same = 0;
  await until(() => {
    same = count() === last ? same + 1 : 0;
    last = count();
    return same > 100;
  }, 'the count to become steady');
  return last;
}

describe('subscriber', () => {
  it('stops reading when the store has enough, and goes on when it can take more', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { store } = subscribe(t, [broker.address], new HeldStore());
    const connection = await broker.connection();
    store.mayGoOn = false;
    connection.send(voevent('ivo://example.org/s#0'));
    await store.arrived(1);
    connection.send(voevent('ivo://example.org/s#1'), transport('iamalive'));
    await turns(20);
    assert.equal(store.arrivals.length, 1);
    assert.equal(connection.messages.length, 0);
    store.mayGoOn = true;
    store.ready();
    await store.arrived(2);
    await connection.message(0);
  });

  it('acknowledges what came while it did not read, though the broker has said farewell since', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { store } = subscribe(t, [broker.address], new QuickStore());
    const connection = await broker.connection();
    store.mayGoOn = false;
    connection.send(voevent('ivo://example.org/s#0'));
    await connection.message(0);
    connection.socket.end(frame(voevent('ivo://example.org/s#1')));
    await turns(20);
    store.mayGoOn = true;
    store.ready();
    assert.match(await connection.message(1), /role="ack".*ivo:\/\/example.org\/s#1/);
    await connection.gone();
  });

  it('does not take its own holding for the broker’s silence', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'] });
    await using broker = await ScriptedBroker.listen();
    const { store, subscriber } = subscribe(t, [broker.address], new HeldStore());
    const connection = await broker.connection();
    store.mayGoOn = false;
    connection.send(voevent());
    await store.arrived(1);
    t.mock.timers.tick(300_000);
    await turns();
    assert.equal(subscriber.status.state, 'connected');
    store.mayGoOn = true;
    store.ready();
    connection.send(transport('iamalive'));
    await connection.message(0);
  });

  it('reads no more from a broker that does not read its acks, and loses none when it does', async (t) => {
    await using broker = await ScriptedBroker.listen({ script: ({ socket }) => socket.pause() });
    const { store } = subscribe(t, [broker.address], new QuickStore());
    const connection = await broker.connection();
    const events = 2_000;
    const long = 'x'.repeat(20_000);
    for (let index = 0; index < events; index++) connection.send(voevent(`ivo://example.org/s#${index}-${long}`));
    const read = await steady(() => store.arrivals.length);
    assert.ok(read > 0 && read < events, `${read} of ${events} were read though no ack was`);
    connection.socket.resume();
    await until(() => connection.messages.length === events, 'all acks');
  });
});
