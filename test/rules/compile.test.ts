import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileRule } from '../../src/rules/rule.ts';
import { RuleError } from '../../src/rules/rule-error.ts';

/** The offset and sentence with which a rule is refused. */
function refusal(source: string): [offset: number, message: string] {
  try {
    compileRule(source);
  } catch (error) {
    assert.ok(error instanceof RuleError, `threw something else: ${error}`);
    return [error.offset, error.message];
  }
  throw new Error(`The rule was accepted: ${source}`);
}

const REFUSED: Record<string, [source: string, offset: number, message: string | RegExp]> = {
  'misspells a field': [
    'alert.eror_radius < 1.0',
    6,
    /^An alert has no field eror_radius( \(did you mean errorRadius\?\))?\.$/,
  ],
  'misspells a field in its second line': [
    'alert.ra < 1.0\n  && alert.decc > 0.0',
    26,
    'An alert has no field decc (did you mean dec?).',
  ],
  'misspells a field inside has()': [
    '!has(alert.errorRadus)',
    11,
    'An alert has no field errorRadus (did you mean errorRadius?).',
  ],
  'forgets alert.': ['ra < 1.0', 0, 'There is nothing called ra. Write alert.ra.'],
  'misspells alert': ['aler.ra < 1.0', 0, 'There is nothing called aler (did you mean alert?).'],
  'compares a number with text': [
    'alert.test || alert.ra == "83"',
    14,
    '== cannot be used between a number and text. Write a number without quotes, and text with them.',
  ],
  'compares a Param with a number': [
    'param("Rate_Signif") > 5.0',
    0,
    '> cannot be used between text and a number. Write number("NAME") for the number in a Param.',
  ],
  'compares text with a time': [
    'alert.date > timestamp("2026-01-01T00:00:00Z")',
    0,
    '> cannot be used between text and a time.',
  ],
  'denies a number': ['!alert.ra', 0, '! cannot be used on a number.'],
  'chooses by a number': ['alert.ra ? true : false', 6, 'A condition must be true or false, and this gives a number.'],
  'calls an unknown function': ['params("TrigID") == "1"', 0, 'There is no function params (did you mean param?).'],
  'calls an unknown method': ['alert.ivorn.contain("x")', 0, 'Text has no function contain (did you mean contains?).'],
  'gives a function the wrong kind': [
    'number(5) > 1.0',
    0,
    'number() cannot take a whole number. It is used as number(name: string): double or number(group: string, name: string): double.',
  ],
  'misspells a field inside has() further in': ['has(alert.author.nme)', 17, 'An alert has no field nme.'],
  'writes a duration that is none': [
    'age() < duration("10 m")',
    8,
    'duration("10 m") is no duration. Write a number and a unit, as duration("10m").',
  ],
  'writes a time that is none': [
    'timestamp(alert.date) > timestamp("2026-13-01")',
    24,
    'timestamp("2026-13-01") is no timestamp. Write a time, as timestamp("2026-11-22T10:00:00Z").',
  ],
  'names a role that there is not': [
    'alert.role == "observaton"',
    14,
    'No alert has the role "observaton" (did you mean observation?). It is observation, prediction, utility or test.',
  ],
  'names a kind that there is not': ['"retracted" != alert.kind', 0, /^No alert has the kind "retracted"/],
  'asks has() for a Param': [
    'has(param("TrigID"))',
    4,
    /^has\(\) takes a field of the alert, such as has\(alert\.ra\)\./,
  ],
  'is a number': ['alert.ra + 1.0', 0, 'The rule gives a number, not true or false. Compare it with something.'],
  'is text': ['param("TrigID")', 0, 'The rule gives text, not true or false. Compare it with something.'],
  'is empty': ['', 0, 'The rule is empty. Write a condition, such as alert.errorRadius < 1.0.'],
  'is blank': [' \n ', 3, 'The rule is empty. Write a condition, such as alert.errorRadius < 1.0.'],
  'ends too soon': ['alert.ra < 1.0 &&', 17, 'The rule ends too soon: something is missing after this.'],
  'lacks a bracket': ['(alert.ra < 1.0', 15, 'The rule ends too soon: something is missing after this.'],
  'has a bracket too many': ['alert.ra < 1.0)', 14, 'The rule cannot be read from ")" on.'],
  'lacks a quote': ['alert.role == "test', 14, 'The text that begins here has no closing quote.'],
  'writes = for ==': ['alert.ra = 1.0', 9, 'The rule cannot be read here. Write == in place of =.'],
  'writes and for &&': ['alert.test and true', 11, 'The rule cannot be read here. Write && in place of and.'],
  'writes not for !': ['not alert.test', 4, 'The rule cannot be read here. Write ! in place of not.'],
  'is a statement': ['if (alert.test)', 0, /^The word if has no use in a rule\./],
  'has a bad regular expression': [
    'alert.ivorn.matches("[")',
    20,
    /^Invalid regular expression: .*\. Mend the regular expression\.$/,
  ],
  'is too deep': [`${'('.repeat(200)}true${')'.repeat(200)}`, 100, /^The rule is too long or nested too deeply\./],
};

describe('compileRule refuses a rule that', () => {
  for (const [name, [source, offset, message]] of Object.entries(REFUSED)) {
    it(name, () => {
      const [actualOffset, actual] = refusal(source);
      if (typeof message === 'string') assert.equal(actual, message);
      else assert.match(actual, message);
      assert.equal(actualOffset, offset);
    });
  }

  it('is wrong in any way, in whole sentences without the words of the library', () => {
    for (const [source] of Object.values(REFUSED)) {
      const [, message] = refusal(source);
      assert.match(message, /^[A-Z!=><a-z].*[.)]$/s, source);
      assert.doesNotMatch(message, /overload|token|EOF|IDENTIFIER|RPAREN|macro|undefined|'/, source);
    }
  });
});

describe('compileRule accepts', () => {
  for (const source of [
    'alert.role == "observation" && alert.errorRadius < 1.0',
    'alert.errorRadius < 1',
    'has(alert.ra) && !has(alert.importance)',
    'alert.role in ["observation", "prediction"]',
    'alert.stream.startsWith("nasa.gsfc.gcn/") || alert.ivorn.contains("SWIFT")',
    'alert.local.matches("^BAT_GRB_Pos")',
    'number("Rate_Signif") > 5.0 && param("TrigID") != "0"',
    'timestamp(alert.date) > timestamp("2020-01-01T00:00:00Z")',
    'alert.dec < 0.0 ? alert.test : true',
    'alert.kind == "new" // no updates',
  ]) {
    it(source, () => {
      assert.equal(compileRule(source).source, source);
    });
  }
});
