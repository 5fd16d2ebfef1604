import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LineGate, LineSplitter } from '../../src/plugin/lines.ts';

function split(chunks: readonly Buffer[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

describe('LineSplitter', () => {
  it('makes the same lines however the bytes are cut', () => {
    const text = fc.array(fc.oneof(fc.constantFrom('\n', '\n\n', 'é', '𝛼'), fc.string()), { maxLength: 20 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(200)), (parts, cuts) => {
        const bytes = Buffer.from(parts.join('').replaceAll('\r', ''));
        const places = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort(
          (a, b) => a - b,
        );
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        const expected = bytes.toString().split('\n');
        if (expected.at(-1) === '') expected.pop();
        assert.deepEqual(split(chunks), expected);
      }),
    );
  });

  it('cuts a long line, and holds no more than that of one that never ends', () => {
    const [line = '', ...others] = split([...Array(1_000).fill(Buffer.alloc(65_536, 'x')), Buffer.from('\nshort\n')]);
    assert.equal(line, `${'x'.repeat(4_096)}…`);
    assert.deepEqual(others, ['short']);
    const whole = 'x'.repeat(4_096);
    assert.deepEqual(split([Buffer.from(whole)]), [whole]);
  });
});

describe('LineGate', () => {
  it('passes a hundred lines a second and says how many it held back', (test) => {
    let now = 5_000;
    test.mock.method(performance, 'now', () => now);
    const lines: string[] = [];
    const gate = new LineGate((line) => lines.push(line));
    for (let line = 0; line < 1_000; line++) gate.line(() => lines.push('x'));
    assert.equal(lines.length, 100);
    now += 1_000;
    gate.line(() => lines.push('y'));
    assert.deepEqual(lines.slice(100), ['(900 more lines were not logged: the limit is 100 a second)', 'y']);
    gate.end();
    assert.equal(lines.length, 102);
  });
});
