import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { scanEnvelope } from '../../src/alert/envelope.ts';
import { filesProgram, samplesProgram } from '../../src/rehearsal/packets.ts';
import { SAMPLE_COUNT } from '../../src/rehearsal/samples.ts';
import { voevent } from '../support/packets.ts';

describe('a program of files', () => {
  const directory = mkdtempSync(join(tmpdir(), 'packets-test-'));
  after(() => rmSync(directory, { recursive: true, force: true }));

  function write(name: string, packet: Buffer | string): string {
    const path = join(directory, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, packet);
    return path;
  }
  const ivornOf = (packet: Buffer) => scanEnvelope(packet).ivorn;

  it('plays files in the order named, and the .xml files of folders in order of name', () => {
    const [b, a] = [write('night/b.xml', voevent('ivo://x#b')), write('night/a.xml', voevent('ivo://x#a'))];
    write('night/deep/c.xml', voevent('ivo://x#c'));
    write('night/notes.txt', 'not played');
    const other = write('other.txt', voevent('ivo://x#other'));
    const program = filesProgram([other, join(directory, 'night'), b]);
    assert.equal(program.length, 5);
    const played = Array.from({ length: 5 }, (_, index) => ivornOf(program.packet(index)));
    assert.deepEqual(played, ['ivo://x#other', 'ivo://x#a', 'ivo://x#b', 'ivo://x#c', 'ivo://x#b']);
    assert.ok(a);
  });

  it('plays the exact bytes the first time, and under another identifier in each later round', () => {
    const packet = voevent('ivo://x#a&amp;b', 'test', '<What/>');
    const program = filesProgram([write('one.xml', packet)]);
    assert.deepEqual(program.packet(0), packet);
    assert.equal(ivornOf(program.packet(1)), 'ivo://x#a&b_1');
    assert.equal(ivornOf(program.packet(12)), 'ivo://x#a&b_12');
    assert.equal(program.packet(1).toString().replace('_1', ''), packet.toString(), 'and nothing else is changed');
  });

  it('plays what has no identifier as it is', () => {
    const program = filesProgram([write('none.xml', 'static')]);
    assert.equal(program.packet(3).toString(), 'static');
  });

  it('is refused when there is nothing to play, or a file cannot be read', () => {
    mkdirSync(join(directory, 'empty'));
    assert.throws(
      () => filesProgram([join(directory, 'empty')]),
      /^UserError: Cannot play .*empty: there is no \.xml file\.$/,
    );
    assert.throws(
      () => filesProgram([join(directory, 'none')]),
      /Cannot play .*none: no such file or directory \(ENOENT\)\.$/,
    );
  });
});

it('the program of samples plays them all', () => {
  const program = samplesProgram('run');
  assert.equal(program.length, SAMPLE_COUNT);
  const ivorns = Array.from({ length: 2 * SAMPLE_COUNT }, (_, index) => scanEnvelope(program.packet(index)).ivorn);
  assert.equal(new Set(ivorns).size, 2 * SAMPLE_COUNT);
});
