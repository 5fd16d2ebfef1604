import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { XmlDocument } from 'libxml2-wasm';
import { type CompiledFilter, createXPathCompiler } from '../../src/alert/xml/xpath.ts';
import { FULL_2_0 } from '../support/packets.ts';

describe('an XPath filter', () => {
  const document = XmlDocument.fromBuffer(FULL_2_0);
  let compile: (text: string) => CompiledFilter;
  before(async () => {
    compile = await createXPathCompiler();
  });
  const holds = (text: string) => {
    const { filter, problem } = compile(text);
    assert.equal(problem, undefined, text);
    return filter?.holds(document);
  };

  it('holds by the rules of boolean(): true, not zero, not empty, any node', () => {
    for (const text of [
      '//Param[@name="mag"]',
      '/*[@role="observation"]',
      '1',
      '-0.5',
      '"no"',
      'true()',
      '//Param/@value > 17',
      'count(//Group)',
      'string(//Who/Date)',
    ]) {
      assert.equal(holds(text), true, text);
    }
    for (const text of [
      '//Param[@name="none"]',
      '/*[@role="test"]',
      '0',
      '""',
      'false()',
      'number("x")',
      'count(//Nothing)',
      '//Param/@value > 1000',
    ]) {
      assert.equal(holds(text), false, text);
    }
  });

  it('reaches elements in a namespace by their local names', () => {
    assert.equal(holds('/*[local-name()="VOEvent"]'), true);
    assert.equal(holds('//VOEvent'), false);
  });

  it('that can never be used says why', () => {
    const problems: [string, RegExp][] = [
      ['', /no XPath 1\.0 expression/],
      ['//*[', /no XPath 1\.0 expression/],
      ['1) or (2', /no XPath 1\.0 expression/],
      ['"a', /no XPath 1\.0 expression/],
      ['//voe:VOEvent', /prefixes such as voe: are not known/],
      ['matches(//Param, "a")', /has no function matches\(\)/],
      ['//Param[@name=$x]', /no variable \$x/],
    ];
    for (const [text, reason] of problems) assert.match(compile(text).problem ?? '', reason, text);
  });
});
