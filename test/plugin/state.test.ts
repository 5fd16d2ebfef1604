import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type HandlerState, handlerState, rehearsedState, type StateStore, stateOf } from '../../src/plugin/state.ts';

/** A store in memory. */
function store(): StateStore {
  const kept = new Map<string, string>();
  const name = (handler: string, key: string): string => `${handler}\0${key}`;
  return {
    get: (handler, key) => kept.get(name(handler, key)),
    set: (handler, key, value) => kept.set(name(handler, key), value),
    delete: (handler, key) => kept.delete(name(handler, key)),
    keys: (handler) =>
      [...kept.keys()].filter((one) => one.startsWith(name(handler, ''))).map((one) => one.slice(handler.length + 1)),
  };
}

const VALUES = [null, 0, '', 'é\0', [1, { a: [true] }], {}];

describe('the state of a plugin', () => {
  for (const [name, made] of [
    ['kept', () => handlerState(store(), 'slew')],
    ['rehearsed', () => rehearsedState(handlerState(store(), 'slew'))],
  ] as [string, () => HandlerState][]) {
    it(`gives back what was set, until it is deleted (${name})`, async () => {
      const state = stateOf(made());
      assert.equal(await state.get('none'), undefined);
      for (const [index, value] of VALUES.entries()) {
        await state.set(`key ${index}`, value);
        assert.deepEqual(await state.get(`key ${index}`), value);
      }
      await state.set('key 0', { at: new Date(0) });
      assert.deepEqual(await state.get('key 0'), { at: '1970-01-01T00:00:00.000Z' });
      await state.delete('key 1');
      await state.delete('none');
      assert.deepEqual(await state.keys(), ['key 0', 'key 2', 'key 3', 'key 4', 'key 5']);
      assert.equal(await state.get('key 1'), undefined);
    });

    it(`is bounded, and says what is too much (${name})`, async () => {
      const state = stateOf(made());
      const circular: Record<string, unknown> = {};
      circular.self = circular;
      for (const [key, value, message] of [
        ['', 1, 'Cannot keep "": a key has 1 to 200 characters'],
        ['k'.repeat(201), 1, `Cannot keep "${'k'.repeat(40)}": a key has 1 to 200 characters`],
        ['k', 'é'.repeat(32_768), 'Cannot keep "k": it is 65538 bytes of JSON, and 65536 can be'],
        ['k', undefined, 'Cannot keep "k": it is no JSON value, but undefined'],
        ['k', () => {}, 'Cannot keep "k": it is no JSON value, but function'],
      ] as const) {
        await assert.rejects(state.set(key, value), { message });
      }
      await assert.rejects(state.set('k', circular), /^Error: Cannot keep "k": Converting circular structure/);
      for (let index = 0; index < 1_000; index++) await state.set(`${index}`, index);
      await assert.rejects(state.set('more', 1), {
        message: 'Cannot keep "more": there are 1000 keys already. Delete some of them',
      });
      await state.set('7', 'changed');
      await state.delete('8');
      await state.set('more', 1);
    });
  }

  it('of one handler is not that of another', async () => {
    const kept = store();
    await stateOf(handlerState(kept, 'slew')).set('a', 1);
    assert.deepEqual(await stateOf(handlerState(kept, 'chat')).keys(), []);
  });

  it('that is rehearsed begins with what is kept, and changes nothing of it', async () => {
    const kept = stateOf(handlerState(store(), 'slew'));
    await kept.set('a', 1);
    await kept.set('b', 2);
    const text = { get: async (key: string) => JSON.stringify(await kept.get(key)), keys: () => kept.keys() };
    const rehearsed = stateOf(rehearsedState(text));
    assert.equal(await rehearsed.get('a'), 1);
    await rehearsed.set('a', 3);
    await rehearsed.delete('b');
    await rehearsed.set('c', 4);
    assert.deepEqual(
      [await rehearsed.get('a'), await rehearsed.get('b'), await rehearsed.keys()],
      [3, undefined, ['a', 'c']],
    );
    assert.deepEqual([await kept.get('a'), await kept.keys()], [1, ['a', 'b']]);
  });
});
