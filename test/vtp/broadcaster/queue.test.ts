import assert from 'node:assert/strict';
import { it } from 'node:test';
import { OutgoingQueue } from '../../../src/vtp/broadcaster/queue.ts';

const item = (seq: number, bytes = 10) => ({ seq, ivorn: String(seq), frame: Buffer.alloc(bytes) });

it('gives the oldest first, as many and as large as is asked', () => {
  const queue = new OutgoingQueue();
  for (let seq = 1; seq <= 5; seq++) queue.push(item(seq));
  assert.deepEqual([queue.length, queue.bytes, queue.oldest], [5, 50, 1]);
  assert.deepEqual(
    queue.take(2, 1_000).map(({ seq }) => seq),
    [1, 2],
  );
  assert.deepEqual(
    queue.take(9, 25).map(({ seq }) => seq),
    [3, 4],
  );
  assert.deepEqual([queue.length, queue.bytes, queue.oldest], [1, 10, 5]);
  assert.deepEqual(
    queue.take(9, 1).map(({ seq }) => seq),
    [5],
    'one that is larger than what is asked comes alone',
  );
  assert.deepEqual([queue.length, queue.bytes, queue.oldest, queue.take(1, 1)], [0, 0, undefined, []]);
});

it('keeps its order while it is filled and emptied ten thousand times', () => {
  const queue = new OutgoingQueue();
  let next = 1;
  for (let seq = 1; seq <= 10_000; seq++) {
    queue.push(item(seq));
    if (seq % 3 === 0) for (const { seq: got } of queue.take(2, 1_000)) assert.equal(got, next++);
  }
  while (queue.length > 0) for (const { seq } of queue.take(7, 1_000)) assert.equal(seq, next++);
  assert.equal(next, 10_001);
});
