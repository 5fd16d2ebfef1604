import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Tail } from '../../src/plugin/tail.ts';

const tailOf = (...pieces: string[]): string | undefined => {
  const tail = new Tail();
  for (const piece of pieces) tail.push(piece);
  return tail.kept.output;
};

describe('the tail of what an attempt printed', () => {
  it('is all of it while that is little, and nothing when there was nothing', () => {
    assert.deepEqual(new Tail().kept, {});
    assert.equal(tailOf('\n', ' \n'), undefined);
    assert.equal(tailOf('one\ntw', 'o\n'), 'one\ntwo');
  });

  it('begins with a whole line where it was cut', () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => `line ${index}\n`);
    for (const output of [tailOf(...lines), tailOf(lines.join(''))]) {
      assert.match(output ?? '', /^…\nline \d+\n.*\nline 999$/s);
      assert.ok((output?.length ?? 0) <= 4_100, `${output?.length}`);
    }
  });

  it('of one endless line is its end', () => {
    assert.equal(tailOf('a'.repeat(5_000), 'end'), `…\n${'a'.repeat(4_093)}end`);
  });

  it('is empty again once it was cleared', () => {
    const tail = new Tail();
    tail.line('x'.repeat(9_000));
    tail.clear();
    tail.line('new');
    assert.deepEqual(tail.kept, { output: 'new' });
  });
});
