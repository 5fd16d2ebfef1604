import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { didYouMean, nearest } from '../../src/common/suggest.ts';

const WORDS = ['identity', 'sources', 'handlers', 'journal', 'ra', 'dec'];

describe('a suggestion', () => {
  it('is the word that a slip of the finger leads to', () => {
    const slips: Record<string, string> = {
      ...{ hander: 'handlers', sorces: 'sources', jounral: 'journal', IDENTITY: 'identity', rra: 'ra', dce: 'dec' },
    };
    for (const [written, meant] of Object.entries(slips)) assert.equal(nearest(written, WORDS), meant, written);
    assert.equal(didYouMean('sorces', WORDS), ' (did you mean sources?)');
  });

  it('is none when nothing is near', () => {
    for (const written of ['webhook', 'x', 'zz', '']) assert.equal(nearest(written, WORDS), undefined, written);
    assert.equal(didYouMean('webhook', WORDS), '');
    assert.equal(nearest('ra', []), undefined);
  });

  it('is the word itself when it is written right', () => {
    fc.assert(
      fc.property(fc.constantFrom(...WORDS), fc.shuffledSubarray(WORDS), (word, others) => {
        assert.equal(nearest(word, [...others, word]), word);
      }),
    );
  });

  it('bears one swap, one missing or one extra letter in any longer word', () => {
    const word = fc.stringMatching(/^[a-z]{4,12}$/);
    fc.assert(
      fc.property(word, fc.nat(), fc.constantFrom('swap', 'drop', 'add'), (meant, where, slip) => {
        const at = where % (meant.length - 1);
        const [first = '', second = ''] = meant.slice(at, at + 2);
        const middle = slip === 'swap' ? second + first : slip === 'drop' ? first : `${first}x${second}`;
        const written = meant.slice(0, at) + middle + meant.slice(at + 2);
        assert.equal(nearest(written, [meant]), meant, written);
      }),
    );
  });
});
