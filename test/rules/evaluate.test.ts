import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Alert, ROLES } from '../../src/alert/model.ts';
import { alone } from '../../src/rules/circumstances.ts';
import { RULE_FIELDS } from '../../src/rules/environment.ts';
import { compileRule } from '../../src/rules/rule.ts';
import { fullAlert, sampleAlert, withoutFields } from '../support/plugin-context.ts';

const NOW = Date.parse('2026-11-22T10:00:10Z');
const bare = withoutFields(sampleAlert({ params: [] }), 'ra', 'dec', 'errorRadius', 'date', 'time', 'importance');
const withParam = (value: string) => sampleAlert({ params: [{ name: 'Rate', value }] });

describe('a rule', () => {
  it('is true or false as its condition is, and says what it saw', () => {
    const rule = compileRule('alert.errorRadius < 1.0 && param("TrigID") == "532871"');
    assert.deepEqual(rule.evaluate(alone(sampleAlert(), NOW)), {
      ...{ fired: true, outcomes: 'ttt', values: { 'alert.errorRadius': 0.05, 'param("TrigID")': '532871' } },
      why: `the rule is true: ${rule.source} (alert.errorRadius = 0.05, param("TrigID") = 532871)`,
    });
    assert.deepEqual(rule.evaluate(alone(sampleAlert({ errorRadius: 3 }), NOW)), {
      ...{ fired: false, outcomes: 'ff-', values: { 'alert.errorRadius': 3 } },
      why: 'alert.errorRadius < 1.0 is false (alert.errorRadius = 3)',
    });
  });

  it('shows only the beginning of a long value', () => {
    const { why } = compileRule('alert.description != ""').evaluate(
      alone(sampleAlert({ description: 'x'.repeat(10_000) }), NOW),
    );
    assert.ok(why.length < 200);
    assert.match(why, /x{60}…\)$/);
  });

  it('is false where the alert lacks a value, also under a negation, and names the value', () => {
    for (const source of ['alert.ra < 90.0', '!(alert.ra < 90.0)', 'alert.ra < 90.0 ? false : true']) {
      const { fired, why } = compileRule(source).evaluate(alone(bare, NOW));
      assert.deepEqual([fired, why], [false, `the alert has no ra: ${source}`]);
    }
  });

  it('asks with has() whether the alert has a value', () => {
    assert.equal(compileRule('has(alert.ra)').evaluate(alone(sampleAlert(), NOW)).fired, true);
    assert.equal(compileRule('has(alert.ra)').evaluate(alone(bare, NOW)).fired, false);
    assert.equal(compileRule('!has(alert.ra)').evaluate(alone(bare, NOW)).fired, true);
    assert.equal(compileRule('has(alert.ra) && alert.ra < 90.0').evaluate(alone(bare, NOW)).fired, false);
    assert.match(compileRule('!has(alert.ra)').evaluate(alone(bare, NOW)).why, /\(alert\.ra = none\)$/);
  });

  it('takes zero, false and empty text for values', () => {
    const zero = sampleAlert({ ra: 0, local: '' });
    assert.equal(
      compileRule('has(alert.ra) && has(alert.test) && alert.ra == 0.0').evaluate(alone(zero, NOW)).fired,
      true,
    );
    assert.equal(compileRule('alert.local == ""').evaluate(alone(zero, NOW)).fired, true);
  });

  it('is true with || when one side is, though the other lacks its value', () => {
    for (const source of [
      'alert.ra < 90.0 || alert.role == "observation"',
      'alert.role == "observation" || alert.ra < 90.0',
    ]) {
      assert.equal(compileRule(source).evaluate(alone(bare, NOW)).fired, true, source);
    }
    const neither = compileRule('alert.ra < 90.0 || alert.role == "utility"').evaluate(alone(bare, NOW));
    assert.equal(neither.fired, false);
    assert.match(neither.why, /^the alert has no ra:/);
  });

  it('compares whole numbers with degrees', () => {
    assert.equal(compileRule('alert.ra < 90').evaluate(alone(sampleAlert(), NOW)).fired, true);
  });
});

describe('param() and number()', () => {
  it('give the text and the number of a Param', () => {
    assert.equal(compileRule('param("Rate") == " 15.49 "').evaluate(alone(withParam(' 15.49 '), NOW)).fired, true);
    assert.equal(compileRule('number("Rate") > 15.0').evaluate(alone(withParam(' 15.49 '), NOW)).fired, true);
    assert.equal(compileRule('number("Rate") < 1e-12').evaluate(alone(withParam('4.5e-13'), NOW)).fired, true);
  });

  it('give the first of several Params of one name', () => {
    const params = [
      { name: 'A', value: '1' },
      { name: 'A', value: '2', group: 'G' },
    ];
    assert.equal(compileRule('number("A") == 1.0').evaluate(alone(sampleAlert({ params }), NOW)).fired, true);
  });

  it('make the rule false where the Param is missing, also under a negation', () => {
    for (const source of [
      'param("Rate") == "1"',
      '!(param("Rate") == "1")',
      'number("Rate") < 1.0',
      '!(number("Rate") < 1.0)',
    ]) {
      const { fired, why } = compileRule(source).evaluate(alone(bare, NOW));
      assert.deepEqual([fired, why], [false, `the alert has no param("Rate"): ${source}`]);
    }
  });

  it('make the rule false where the Param is no number, and show its text', () => {
    for (const text of ['n/a', '', '  ', '1,5', 'Infinity', 'NaN', '5deg']) {
      const { fired, why } = compileRule('!(number("Rate") < 1.0)').evaluate(alone(withParam(text), NOW));
      assert.equal(fired, false, text);
      assert.ok(why.startsWith(`the alert has no number("Rate") ("${text.trim()}" is not a number): `), why);
    }
  });

  it('never see the Params of another alert', () => {
    const rule = compileRule('param("TrigID") == "532871"');
    assert.equal(rule.evaluate(alone(sampleAlert(), NOW)).fired, true);
    assert.equal(rule.evaluate(alone(bare, NOW)).fired, false);
  });
});

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const number = fc.double();
const text = fc.string({ unit: 'binary' });

const alerts: fc.Arbitrary<Alert> = fc
  .record({
    ivorn: text,
    role: fc.constantFrom(...ROLES),
    test: fc.boolean(),
    local: text,
    date: optional(text),
    ra: optional(number),
    dec: optional(number),
    errorRadius: optional(number),
    importance: optional(number),
    description: optional(text),
    params: fc.array(
      fc.record({ name: fc.constantFrom('A', 'B', '__proto__'), value: fc.oneof(text, number.map(String)) }),
    ),
  })
  .map((changes) => {
    const absent = Object.entries(changes).filter(([, value]) => value === undefined);
    return withoutFields(sampleAlert(changes as Partial<Alert>), ...absent.map(([name]) => name as keyof Alert));
  });

const RULES = [
  'alert.ra < 90.0 && alert.dec > -20.0',
  '!(alert.errorRadius < 1.0) || alert.importance > 0.5',
  'number("A") / 0.0 > 1.0',
  'int(number("A")) > 5',
  'number("B") < 1.0 || param("A") == "x"',
  'param("__proto__") == "x"',
  'double(param("A")) > 1.0',
  'timestamp(alert.date) > timestamp("2026-01-01T00:00:00Z")',
  'duration(param("A")) > duration("1s")',
  'alert.ivorn.substring(5) == "x"',
  'alert.ivorn.matches(param("A"))',
  'alert.description.split(param("A"))[3] == "x"',
  'size(alert.description) > 10',
  '1 / int(alert.ra) > 0',
  'has(alert.ra) ? alert.ra < 1.0 : alert.test',
  '9223372036854775807 + int(alert.ra) > 0',
];

describe('evaluation', () => {
  it('never throws, fires only for true, and always says why', () => {
    const rules = RULES.map((source) => compileRule(source));
    fc.assert(
      fc.property(alerts, (alert) => {
        for (const rule of rules) {
          const { fired, why } = rule.evaluate(alone(alert, NOW));
          assert.equal(typeof fired, 'boolean');
          assert.ok(why.length > 10);
          if (fired) assert.ok(why.startsWith(`the rule is true: ${rule.source}`));
        }
      }),
    );
  });

  it('never fires on a comparison with a value that is missing', () => {
    const fields = Object.entries(RULE_FIELDS).filter(([, type]) => type === 'double');
    assert.ok(fields.length >= 4);
    for (const [field] of fields) {
      const alert = withoutFields(fullAlert(), field as keyof Alert);
      for (const source of [`alert.${field} < 1e9`, `!(alert.${field} < -1e9)`, `alert.${field} != 5.0`]) {
        assert.equal(compileRule(source).evaluate(alone(fullAlert(), NOW)).fired, true, source);
        assert.equal(compileRule(source).evaluate(alone(alert, NOW)).fired, false, source);
      }
    }
  });

  it('reaches into lists, maps and objects of the alert, and checks their fields at the start', () => {
    const alert = { ...fullAlert(), citations: [{ ivorn: 'ivo://a.b/c#d', cite: 'supersedes' as const }] };
    const fires = [
      'alert.classification["GRB"] > 0.5',
      'alert.citations.exists(cited, cited.cite == "supersedes")',
      'alert.params.exists(param, param.name == "TrigID" && param.number > 500000.0)',
      '"BAT" in alert.instruments',
      'alert.author.name == "VO-GCN"',
      'alert.error2.major < 0.1',
      'has(alert.skymap)',
    ];
    for (const source of fires) assert.equal(compileRule(source).evaluate(alone(alert, NOW)).fired, true, source);
    const sparse = withoutFields(alert, 'classification', 'author', 'error2', 'skymap');
    for (const source of ['alert.classification["GRB"] > 0.5', 'alert.author.name == "x"', 'has(alert.skymap)']) {
      assert.equal(compileRule(source).evaluate(alone(sparse, NOW)).fired, false, source);
    }
    assert.equal(compileRule('alert.classification["BBH"] > 0.5').evaluate(alone(alert, NOW)).fired, false);
    assert.throws(() => compileRule('alert.author.nam == "x"'), /no field nam/);
    assert.throws(() => compileRule('alert.params.exists(p, p.nmae == "x")'), /nmae/);
    assert.match(
      compileRule('alert.params.size() == 1 && alert.instruments[0] == "BAT"').evaluate(alone(alert, NOW)).why,
      /1 of them.*BAT/,
    );
    assert.doesNotMatch(compileRule('alert.raw != ""').evaluate(alone(alert, NOW)).why, /VOEvent role/);
  });
});
