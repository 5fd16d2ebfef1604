import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createDecoder, DecodeError, type Decoder } from '../../src/alert/decode.ts';
import type { Alert } from '../../src/alert/model.ts';

let decoder: Decoder;
before(async () => {
  decoder = await createDecoder();
});

const decode = (packet: Buffer): Alert => decoder.decode(packet, { source: 's', receivedAt: '' });

const written = (text: string, encoding?: string): string => {
  const declaration = encoding === undefined ? '' : `<?xml version="1.0" encoding="${encoding}"?>`;
  return `${declaration}<VOEvent ivorn="ivo://a.b/c#d"><What><Param name="${text}" value="1"/></What><Description>${text}</Description></VOEvent>`;
};

/** A packet whose only text is these bytes. */
const bytes = (encoding: string, ...codes: number[]): Buffer =>
  Buffer.from(written(String.fromCharCode(...codes), encoding), 'latin1');

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

describe('a packet', () => {
  it('is read in the encoding that its mark or its declaration says', () => {
    const latin = 'Gödel é';
    const wide = 'Ångström λ 😀';
    const packets: [string, Buffer, string][] = [
      ['UTF-8', Buffer.from(written(wide)), wide],
      ['UTF-8, declared', Buffer.from(written(wide, 'UTF-8')), wide],
      ['UTF-8 with a mark', Buffer.from(`\ufeff${written(wide, 'utf-8')}`), wide],
      ['ISO-8859-1', Buffer.from(written(latin, 'ISO-8859-1'), 'latin1'), latin],
      ['ISO-8859-15', bytes('ISO-8859-15', 0xa4), '€'],
      ['windows-1252', bytes('windows-1252', 0x80, 0xe9), '€é'],
      // Strictly two control characters, but nobody means them: what browsers read.
      ['ISO-8859-1 with the euro of Windows', bytes('ISO-8859-1', 0x80), '€'],
      ['a mark of UTF-16 and a declaration of UTF-8', Buffer.from(`\ufeff${written(wide, 'UTF-8')}`, 'utf16le'), wide],
      ['UTF-16 LE with a mark', Buffer.from(`\ufeff${written(wide, 'UTF-16')}`, 'utf16le'), wide],
      ['UTF-16 BE with a mark', utf16be(`\ufeff${written(wide, 'UTF-16')}`), wide],
      ['UTF-16 LE without a mark', Buffer.from(written(wide, 'UTF-16LE'), 'utf16le'), wide],
      ['UTF-16 BE without a mark', utf16be(written(wide, 'UTF-16BE')), wide],
      ['US-ASCII with references', Buffer.from(written('&#xe9;', 'US-ASCII')), 'é'],
    ];
    for (const [name, packet, text] of packets) {
      const alert = decode(packet);
      assert.deepEqual([alert.ivorn, alert.description, alert.params[0]?.name], ['ivo://a.b/c#d', text, text], name);
    }
  });

  it('is read as libxml2 reads it where a mark, a long declaration or another instruction would mislead', () => {
    const text = 'Gödel é';
    const long = `<?xml version="1.0"${' '.repeat(300)}encoding="ISO-8859-1"?>`;
    const packets = [
      Buffer.from(`\ufeff<?xml version="1.0" encoding="ISO-8859-1"?>${written(text)}`),
      Buffer.from(`<?xml-stylesheet href="a" encoding="ISO-8859-1"?>${written(text)}`),
      Buffer.from(`${long}${written(text)}`, 'latin1'),
    ];
    for (const packet of packets) assert.equal(decode(packet).description, text);
  });

  it('that is not what it declares is refused', () => {
    const wrong: [string, Buffer][] = [
      ['Latin-1 bytes as UTF-8', Buffer.from(written('Gödel', 'UTF-8'), 'latin1')],
      ['a cut character', Buffer.concat([Buffer.from('<VOEvent ivorn="ivo://a.b/c#d">'), Buffer.from([0xc3])])],
      ['an overlong form', Buffer.from([...Buffer.from('<VOEvent ivorn="'), 0xc0, 0xaf, ...Buffer.from('"/>')])],
      [
        'a surrogate in UTF-8',
        Buffer.from([...Buffer.from('<VOEvent ivorn="'), 0xed, 0xa0, 0x80, ...Buffer.from('"/>')]),
      ],
      ['é in ASCII', Buffer.from(written('é', 'US-ASCII'), 'latin1')],
      ['an encoding nobody knows', Buffer.from(written('x', 'klingon'))],
      ['UTF-8 bytes as UTF-16', Buffer.from(written('é', 'UTF-16'))],
      ['UTF-8 bytes as UTF-16LE', Buffer.from(written('é', 'UTF-16LE'))],
      ['UTF-32', Buffer.from([...written('x')].flatMap((character) => [0, 0, 0, character.charCodeAt(0)]))],
      ['UTF-7', Buffer.from(written('x', 'UTF-7'))],
      ['half a UTF-16', Buffer.from(`\ufeff${written('x', 'UTF-16')}`, 'utf16le').subarray(0, 201)],
    ];
    for (const [name, packet] of wrong) assert.throws(() => decode(packet), DecodeError, name);
  });

  it('in JSON is UTF-8, with or without a mark', () => {
    const json = JSON.stringify({ mission: 'Fermi', id: '1', description: 'Ångström λ 😀' });
    for (const mark of ['', '\ufeff', ' \n']) {
      assert.equal(decode(Buffer.from(`${mark}${json}`)).description, 'Ångström λ 😀');
    }
    assert.throws(() => decode(Buffer.from(JSON.stringify({ mission: 'é' }), 'latin1')), DecodeError);
  });
});
