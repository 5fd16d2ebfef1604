import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Filters } from '../../src/broadcast/filters.ts';

function open() {
  const done: string[] = [];
  const filters = new Filters({
    add: async (id, text) => {
      done.push(`add ${id} ${text}`);
      const problem = text.startsWith('bad')
        ? 'it is bad'
        : text.startsWith('endless')
          ? 'it took too long'
          : undefined;
      return { problem, isHarmful: text.startsWith('endless') };
    },
    remove: (id) => done.push(`remove ${id}`),
  });
  return { filters, done };
}

it('the same filter is one, however many have it, until the last has gone', async () => {
  const { filters, done } = open();
  const [one, other] = await Promise.all([filters.install(['a', 'b'], 'here'), filters.install(['a', 'a'], 'here')]);
  assert.deepEqual(
    [one, other],
    [
      { ids: [1, 2], problems: [] },
      { ids: [1], problems: [] },
    ],
  );
  filters.release([1, 2]);
  assert.deepEqual(done, ['add 1 a', 'add 2 b', 'remove 2']);
  assert.deepEqual(
    filters.inUse.map(({ text }) => text),
    ['a'],
  );
  filters.release([1]);
  filters.release([1, 99]);
  assert.deepEqual([done.at(-1), filters.inUse], ['remove 1', []]);
  assert.deepEqual(await filters.install(['a'], 'here'), { ids: [3], problems: [] });
});

it('bad ones are told, in a few words, and tried again when somebody asks again', async () => {
  const { filters, done } = open();
  const { ids, problems } = await filters.install(['bad', 'good', `bad${'x'.repeat(9_999)}`], 'here');
  assert.deepEqual(ids, [2]);
  assert.equal(problems[0], 'the filter bad cannot be used: it is bad');
  assert.ok((problems[1]?.length ?? 0) < 300);
  await filters.install(['bad'], 'here');
  assert.equal(done.filter((line) => line.endsWith(' bad')).length, 2);
});

it('one that is banned is never looked at again', async () => {
  const { filters, done } = open();
  await filters.install(['slow'], 'here');
  filters.ban(1, 'it took longer than 2 s');
  filters.ban(1, 'again');
  assert.deepEqual(filters.inUse, []);
  assert.deepEqual(await filters.install(['slow'], 'here'), {
    ids: [],
    problems: ['the filter slow cannot be used: it took longer than 2 s'],
  });
  assert.deepEqual(done, ['add 1 slow']);
});

it('an address whose filters did harm three times has no more of them looked at', async () => {
  const { filters, done } = open();
  await filters.install(['endless 1', 'slow', 'good'], 'there');
  filters.ban(2, 'it takes too long');
  assert.deepEqual((await filters.install(['good'], 'there')).problems, []);
  await filters.install(['endless 2'], 'there');
  const refused = await filters.install(['good', 'other'], 'there');
  assert.deepEqual(refused, {
    ids: [],
    problems: ['filters from there are not looked at any more: 3 took too long'],
  });
  assert.deepEqual((await filters.install(['good'], 'here')).ids, [3]);
  const again = await filters.install(['endless 1'], 'here');
  assert.deepEqual(again.problems, ['the filter endless 1 cannot be used: it took too long']);
  assert.equal(done.filter((line) => line.endsWith('endless 1')).length, 1, 'and is not tried again for others');
});

it('with the third one that did harm, an address loses those that have not yet, and others keep theirs', async () => {
  const { filters, done } = open();
  const { ids } = await filters.install(['slow 1', 'slow 2', 'slow 3', 'slow 4', 'good'], 'there');
  await filters.install(['mine', 'good'], 'here');
  const dropped = ids.slice(0, 3).map((id) => filters.ban(id, 'it takes too long'));
  assert.deepEqual(dropped, [[1], [2], [3, 4, 5]]);
  assert.deepEqual(done.slice(-2), ['remove 4', 'remove 5']);
  assert.deepEqual(
    filters.inUse.map(({ text }) => text),
    ['mine'],
  );
  assert.deepEqual(await filters.install(['mine', 'good'], 'here'), { ids: [6, 7], problems: [] });
});
