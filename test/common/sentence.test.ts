import assert from 'node:assert/strict';
import { it } from 'node:test';
import { sentence } from '../../src/common/sentence.ts';

it('a clause becomes a sentence, and a sentence stays one', () => {
  assert.equal(sentence('its process exited with code 3'), 'Its process exited with code 3.');
  assert.equal(sentence('Cannot load mine.ts: no flats.'), 'Cannot load mine.ts: no flats.');
  assert.equal(sentence('write `allow: {}`'), 'Write `allow: {}`.');
});
