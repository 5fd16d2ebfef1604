import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isScalar, parseDocument, Scalar } from 'yaml';
import { placeInScalar } from '../../src/config/scalar-place.ts';

/** The scalar of a document that holds it under `when`, as written and as read. */
function scalarIn(yaml: string): { source: string; value: string } {
  const node = parseDocument(yaml).get('when', true);
  assert.ok(isScalar(node) && node.range && typeof node.value === 'string', yaml);
  return { source: yaml.slice(node.range[0], node.range[1]), value: node.value };
}

/** What stands in the source where this piece of the value is. */
function sourceAt(yaml: string, piece: string): string {
  const { source, value } = scalarIn(yaml);
  return source.slice(placeInScalar(source, value, value.indexOf(piece)));
}

const BLOCK_STYLES = [Scalar.BLOCK_FOLDED, Scalar.BLOCK_LITERAL];
const STYLES = [...BLOCK_STYLES, Scalar.PLAIN, Scalar.QUOTE_DOUBLE, Scalar.QUOTE_SINGLE];

const texts = fc
  .array(
    fc.oneof(fc.constantFrom('a', '<', '"', "'", '\\', '&&', '#', ':', 'é', '𝛼'), fc.constantFrom(' ', '  ', '\n')),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((parts) => parts.join(''));

describe('placeInScalar', () => {
  it('finds a place in every style of text', () => {
    for (const yaml of [
      'when: a && BAD < 1',
      'when: a\n  && BAD < 1',
      'when: "a && \\"x\\" BAD < 1"',
      "when: 'a == ''x'' && BAD < 1'",
      'when: |\n  a\n    && BAD < 1\n',
      'when: >-   # a note\n  a\n\n  && BAD < 1\n',
      'when: "a \\\n  && BAD < 1"',
      'when: "a \\u0041\\t\\x41 && BAD < 1"',
    ]) {
      assert.match(sourceAt(yaml, 'BAD'), /^BAD < 1/, yaml);
    }
  });

  it('tells a line from another that holds the same text', () => {
    const yaml = 'when: |\n  xBAD ||\n  BAD\n';
    const { source, value } = scalarIn(yaml);
    assert.equal(placeInScalar(source, value, value.lastIndexOf('BAD')), source.lastIndexOf('BAD'));
  });

  it('finds the end of the text behind its last character', () => {
    for (const yaml of ['when: a &&', 'when: "a &&"', "when: 'a &&  '", 'when: |\n  a &&\n']) {
      const { source, value } = scalarIn(yaml);
      assert.equal(placeInScalar(source, value, value.length), source.indexOf('&&') + 2, yaml);
    }
  });

  it('finds every character that is not white space, however YAML wrote it', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(...STYLES), (text, style) => {
        const scalar = new Scalar(text);
        scalar.type = style as Scalar.Type;
        const document = parseDocument('when: x');
        document.set('when', scalar);
        const yaml = document.toString({ lineWidth: 20 });
        // The library writes some plain scalars that it cannot read again, such as a colon before a line end.
        fc.pre(parseDocument(yaml).errors.length === 0);
        const { source, value } = scalarIn(yaml);
        // Not every text can be written in every style.
        fc.pre(value === text);
        for (let offset = 0; offset < value.length; offset++) {
          const character = value.charAt(offset);
          // Half of a pair, and what double quotes must escape, stand there in another form.
          if (/[\s"\\\ud800-\udfff]/.test(character)) continue;
          assert.equal(source.charAt(placeInScalar(source, value, offset)), character, `${yaml}\noffset ${offset}`);
        }
      }),
      { numRuns: 500 },
    );
  });
});
