import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { alone } from '../../src/rules/circumstances.ts';
import { evaluateOn } from '../../src/rules/environment.ts';
import { compileRule } from '../../src/rules/rule.ts';
import { ALERT_ONLY } from '../../src/rules/vocabulary.ts';
import { sampleAlert } from '../support/plugin-context.ts';

const NOW = Date.parse('2026-11-22T10:00:10Z');
const params = [
  { name: 'Rate', value: '15' },
  { name: 'Rate', value: '99', group: 'Late' },
  { name: 'Yes', value: 'True' },
  { name: 'No', value: '0' },
  { name: 'Maybe', value: 'perhaps' },
];
const facts = alone(sampleAlert({ params, classification: { BNS: 0.9 }, properties: { HasNS: 1 } }), NOW);
const why = (source: string): string => compileRule(source).evaluate(facts).why;
const fires = (source: string): boolean => compileRule(source).evaluate(facts).fired;

describe('why a rule did not fire', () => {
  it('is the first part that was false, with what it saw, and nothing else', () => {
    assert.equal(
      why('alert.ra > 1 && alert.dec > 80 && alert.ra > 300'),
      'alert.dec > 80 is false (alert.dec = 22.0145)',
    );
    assert.equal(
      why('alert.test || alert.ra > 300 && alert.dec > 1'),
      'alert.test || alert.ra > 300 && alert.dec > 1 is false (alert.test = false, alert.ra = 83.6331)',
    );
    assert.equal(why('!(alert.ra > 1 || alert.test)'), '!(alert.ra > 1 || alert.test) is false (alert.ra = 83.6331)');
  });

  it('is what is missing, when nothing else decides', () => {
    assert.equal(
      why('alert.significance > 5 && alert.ra > 1'),
      'the alert has no significance: alert.significance > 5',
    );
    assert.equal(why('alert.significance > 5 && alert.ra > 300'), 'alert.ra > 300 is false (alert.ra = 83.6331)');
  });

  it('shows the values that calls gave', () => {
    assert.equal(
      why('number("Late", "Rate") < 50'),
      'number("Late", "Rate") < 50 is false (number("Late", "Rate") = 99)',
    );
    assert.equal(
      why('separation(83.0, 22.0) > 5'),
      'separation(83.0, 22.0) > 5 is false (separation(83.0, 22.0) = 0.58714873)',
    );
    assert.match(why('age() > duration("10m")'), /age\(\) > duration\("10m"\) is false \(age\(\) = 5s\)/);
  });
});

describe('functions', () => {
  it('look into groups, flags, probabilities and the age', () => {
    for (const source of [
      'param("Rate") == "15"',
      'param("Late", "Rate") == "99"',
      'flag("Yes") && !flag("No")',
      'probability("BNS") > 0.5 && probability("HasNS") == 1.0',
      'age() < duration("6s") && age() > duration("4s")',
      'separation(83.6331, 22.0145) < 0.001',
    ]) {
      assert.ok(fires(source), source);
    }
  });

  it('never fire on what is missing, also under a negation, and say what it is', () => {
    assert.equal(
      why('!flag("Maybe")'),
      'the alert has no flag("Maybe") ("perhaps" is neither true nor false): !flag("Maybe")',
    );
    assert.equal(
      why('!(probability("BBH") > 0.5)'),
      'the alert has no probability("BBH"): !(probability("BBH") > 0.5)',
    );
    assert.equal(
      why('!(param("None", "Rate") == "1")'),
      'the alert has no param("None", "Rate"): !(param("None", "Rate") == "1")',
    );
  });
});

const test = fc.constantFrom(
  'alert.ra > 1',
  'alert.ra > 300',
  'alert.significance > 1',
  'alert.test',
  'true',
  'false',
  'flag("Maybe")',
);
const { rule } = fc.letrec<{ rule: string }>((tie) => ({
  rule: fc.oneof(
    { depthSize: 'small' },
    test,
    fc.tuple(tie('rule'), fc.constantFrom('&&', '||'), tie('rule')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('rule').map((one) => `!(${one})`),
    fc.tuple(tie('rule'), tie('rule'), tie('rule')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
  ),
}));

describe('taking a rule apart', () => {
  it('never changes what it comes to', () => {
    fc.assert(
      fc.property(rule, (source) => {
        const whole = ALERT_ONLY.environment.parse(source);
        const expected = evaluateOn(facts, {}, (context) => {
          try {
            return whole(context) === true;
          } catch {
            return false;
          }
        });
        assert.equal(fires(source), expected, source);
      }),
      { numRuns: 500 },
    );
  });
});
