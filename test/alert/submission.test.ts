import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { createExaminer, type Examiner } from '../../src/alert/validate/submission.ts';
import { FULL_1_0, FULL_2_0, voevent } from '../support/packets.ts';
import { packet } from '../support/play.ts';

const SHARED = new URL('../../../shared/data/voevents/', import.meta.url);

describe('what an author submits', () => {
  let examiner: Examiner;
  before(async () => {
    examiner = await createExaminer();
  });
  const problem = (document: Buffer | string, schema = true) => examiner.examine(Buffer.from(document), schema);

  it('is taken when it is valid', () => {
    assert.equal(problem(packet('a')), undefined);
    assert.equal(problem(FULL_2_0), undefined);
  });

  it('is taken, of all missions', { skip: existsSync(SHARED) ? false : 'there is no ../shared/data' }, () => {
    const files = readdirSync(SHARED).filter((name) => name.endsWith('.xml'));
    const refused = files.filter((name) => problem(readFileSync(new URL(name, SHARED))) !== undefined);
    assert.ok(files.length > 5);
    // It is in no namespace.
    assert.deepEqual(refused, ['no_namespace_packet.xml']);
    assert.equal(problem(readFileSync(new URL('no_namespace_packet.xml', SHARED)), false), undefined);
  });

  it('is refused with the line of what breaks its schema, the first three and how many more', () => {
    const broken = packet('a').toString().replace('<Who>', '<Wo/>\n<Who>');
    assert.match(problem(broken) ?? '', /^It breaks the schema of VOEvent 2\.0: line 3: .*Wo/);
    assert.equal(problem(broken, false), undefined, 'not when its schema does not matter');
    const params = '<Param nam="x"/>\n'.repeat(8);
    const many = problem(packet('a', { what: params })) ?? '';
    assert.match(many, /: line \d+: .*; line \d+: .*; line \d+: .*; and \d+ more$/);
  });

  it('is refused when it is no XML, has a DOCTYPE, or is something else', () => {
    assert.match(
      problem('<VOEvent ivorn="ivo://org.example/a#1"><Who>') ?? '',
      /^It is not well-formed XML: .* at line 1/,
    );
    assert.match(problem('hello') ?? '', /^It is not well-formed XML/);
    assert.match(problem('') ?? '', /^It is not well-formed XML/);
    assert.match(
      problem(`<!DOCTYPE VOEvent [<!ENTITY a "b">]>${packet('a').toString().slice(38)}`) ?? '',
      /^It has a DOCTYPE/,
    );
    assert.match(problem('<Event/>') ?? '', /^It is no VOEvent: its root is <Event>/);
  });

  it('is refused when its identifier is none, whatever its schema says', () => {
    for (const schema of [true, false]) {
      assert.match(problem(voevent('ivo://ab/c#1'), schema) ?? '', /is no IVOA identifier/);
      assert.match(problem(voevent('http://org.example/a#1'), schema) ?? '', /is no IVOA identifier/);
      assert.match(problem(voevent('ivo://org.example/a'), schema) ?? '', /names no event/);
      assert.match(problem('<VOEvent version="2.0"/>', schema) ?? '', /^It has no ivorn/);
    }
  });

  it('is refused when nobody knows the schema of its version', () => {
    assert.match(
      problem(FULL_1_0.toString().replace('id=', 'ivorn=')) ?? '',
      /^It claims to be VOEvent 1\.0, and cannot be validated/,
    );
    assert.match(problem('<VOEvent ivorn="ivo://org.example/a#1"/>') ?? '', /^It claims no version of VOEvent/);
  });
});
