import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DecodeError } from '../../src/alert/decode-error.ts';
import { readJsonObject } from '../../src/alert/json/json.ts';

const read = (text: string) => readJsonObject(Buffer.from(text));

/** Asserts that the packet is refused in these words. */
function refuses(packet: string | Buffer, message: string | RegExp): void {
  assert.throws(() => readJsonObject(Buffer.from(packet)), { name: 'DecodeError', message });
}

/** An object in `depth` objects, itself counted. */
const nested = (depth: number): string => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;

describe('a JSON packet', () => {
  it('is the object in it', () => {
    assert.deepEqual(read(' {"a": [1, -2.5e3, true, null, "\\u00e9\\n"], "b": {}}\n'), {
      a: [1, -2_500, true, null, 'é\n'],
      b: {},
    });
  });

  it('may begin with a byte order mark (RFC 8259 §8.1)', () => {
    assert.deepEqual(read('\u{feff}{"a":1}'), { a: 1 });
    refuses('\u{feff}{"a":}', 'It is not JSON: unexpected "}" at line 1, column 6');
  });

  it('keeps a member called __proto__ a plain member', () => {
    const document = read('{"__proto__": {"ra": 1}}');
    assert.equal(document.ra, undefined);
    assert.deepEqual(Object.keys(document), ['__proto__']);
  });

  it('is refused with the place of the fault', () => {
    refuses('', 'It is empty');
    refuses(' \n ', 'It is not JSON: it ends too early at line 2, column 2');
    refuses('{"a":1', 'It is not JSON: it ends too early at line 1, column 7');
    refuses('{"a":1}}', 'It is not JSON: there is more after its end at line 1, column 8');
    refuses('{"a":1}\n{"b":2}', 'It is not JSON: there is more after its end at line 2, column 1');
    refuses('{\n  "a": 1,\n  b: 2\n}', 'It is not JSON: unexpected "b" at line 3, column 3');
    refuses('{"a":1,}', 'It is not JSON: unexpected "}" at line 1, column 8');
    refuses('{"a" 1}', 'It is not JSON: unexpected "1" at line 1, column 6');
    refuses("{'a':1}", 'It is not JSON: unexpected "\'" at line 1, column 2');
    refuses('{"a":01}', 'It is not JSON: unexpected "1" at line 1, column 7');
    refuses('{"a":NaN}', 'It is not JSON: unexpected "N" at line 1, column 6');
    refuses('{"a":"\\x"}', 'It is not JSON: unexpected "\\\\" at line 1, column 7');
    refuses('{"a":"b\nc"}', 'It is not JSON: unexpected "\\n" at line 1, column 8');
    refuses('{"a":😀}', 'It is not JSON: unexpected "😀" at line 1, column 6');
    refuses('<VOEvent/>', 'It is not JSON: unexpected "<" at line 1, column 1');
  });

  it('must be an object', () => {
    refuses('[{"a":1}]', 'It is a list, not a JSON object');
    for (const text of ['1', 'null', 'true', '"a"']) refuses(text, 'It is a single value, not a JSON object');
  });

  it('must be UTF-8', () => {
    refuses(Buffer.from('{"a":"é"}', 'latin1'), 'It is not UTF-8 at line 1, column 7');
    refuses(Buffer.from('{\n"é":"\xff"}', 'latin1'), 'It is not UTF-8 at line 2, column 2');
    refuses(Buffer.from('{"a":1}', 'utf16le'), 'It is not JSON: unexpected "\\u0000" at line 1, column 2');
    refuses(Buffer.from([0x7b, 0xe2, 0x82]), 'It is not UTF-8 at line 1, column 2');
    refuses(Buffer.from([0x7b, 0xef, 0xbf]), /^It is not UTF-8 at line 1, column \d$/);
  });

  it('goes 64 deep and no deeper', () => {
    assert.ok(read(nested(64)));
    refuses(nested(65), `It is nested deeper than 64 at line 1, column ${64 * 5 + 1}`);
    assert.ok(read(`{"a":${'['.repeat(63)}${']'.repeat(63)}}`));
    refuses(`{"a":${'['.repeat(64)}${']'.repeat(64)}}`, /^It is nested deeper than 64/);
    refuses('['.repeat(1_000_000), /^It is nested deeper than 64/);
    assert.ok(read(`{"a":"${'['.repeat(100)}"}`));
  });

  it('is refused when it is cut off anywhere', () => {
    const whole = Buffer.from('{"id": ["a\\u00e9é"], "far": -1.5e-7, "event": {"x": null, "y": true}}');
    assert.ok(readJsonObject(whole));
    for (let length = 0; length < whole.length; length += 1) {
      assert.throws(() => readJsonObject(whole.subarray(0, length)), DecodeError, `after ${length} bytes`);
    }
  });

  it('holds megabytes in one string, and in very many', () => {
    assert.ok(read(JSON.stringify({ skymap: 'A'.repeat(4_194_304) })));
    assert.ok(read(JSON.stringify({ escaped: '"\n'.repeat(500_000) })));
    assert.ok(read(JSON.stringify({ list: Array.from({ length: 300_000 }, String) })));
  });

  it('is what JSON.parse takes, character by character', () => {
    const letters = fc.constantFrom(
      ...'{}[],:"\\ \n\t\r\u000b0123456789.-+eEu/abftrnlse',
      'true',
      'null',
      '"a":',
      '\\u00',
    );
    const text = fc.oneof(
      fc.array(letters, { maxLength: 20 }).map((parts) => `{"a":${parts.join('')}}`),
      fc.tuple(fc.json(), fc.nat(), letters).map(([json, at, letter]) => {
        const place = at % (json.length + 1);
        return `{"a":${json.slice(0, place)}${letter}${json.slice(place)}}`;
      }),
    );
    fc.assert(
      fc.property(text, (written) => {
        let expected: unknown;
        try {
          expected = JSON.parse(written);
        } catch {
          assert.throws(() => read(written), DecodeError);
          return;
        }
        assert.deepEqual(read(written), expected);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is an object or a DecodeError, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          assert.equal(typeof readJsonObject(Buffer.from(bytes)), 'object');
        } catch (error) {
          assert.ok(error instanceof DecodeError, String(error));
        }
      }),
    );
  });
});
