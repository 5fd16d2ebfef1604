import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deepFrozen } from '../../src/common/objects.ts';

describe('deepFrozen', () => {
  it('freezes all that is in a value, but for bytes and what getters give', () => {
    const bytes = new Uint8Array(2);
    const value = deepFrozen({
      list: [{ name: 'a' }],
      bytes,
      none: undefined,
      get text() {
        return { made: 'anew' };
      },
    });
    assert.ok([value, value.list, value.list[0]].every((part) => Object.isFrozen(part)));
    bytes[0] = 1;
    assert.equal(value.bytes[0], 1);
    assert.equal(Object.isFrozen(value.text), false);
  });
});
