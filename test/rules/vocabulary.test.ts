import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { factsFor } from '../../src/rules/circumstances.ts';
import { compileRule } from '../../src/rules/rule.ts';
import { RuleError } from '../../src/rules/rule-error.ts';
import { createVocabulary, type List } from '../../src/rules/vocabulary.ts';
import { sampleAlert } from '../support/plugin-context.ts';
import { circumstances } from '../support/selection.ts';

const NOW = Date.parse('2026-11-22T03:00:00Z');
const LA_PALMA = { name: 'lapalma', latitude: 28.76, longitude: -17.88, elevation: 2_396, horizon: 15, twilight: -18 };

function evaluate(
  source: string,
  conditions: Record<string, string> = {},
  lists: Record<string, List> = {},
  changes = {},
) {
  const { vocabulary, problems } = createVocabulary(conditions, lists);
  assert.deepEqual(problems, []);
  const previous = sampleAlert({ ra: 80, errorRadius: 1 });
  const thread = () => ({ first: false, retracted: false, previous, moved: 3.4, ...changes });
  const facts = factsFor(circumstances({ alert: sampleAlert(), now: NOW, thread }), LA_PALMA);
  return compileRule(source, vocabulary).evaluate(facts);
}

function problemsOf(conditions: Record<string, string>, lists: Record<string, List> = {}): string[] {
  return createVocabulary(conditions, lists).problems.map(
    ({ kind, name, error }) => `${kind}.${name}@${error.offset}: ${error.message}`,
  );
}

describe('a handler’s rule', () => {
  it('sees the sky above its site', () => {
    assert.equal(evaluate('sky.isNight && sky.altitude > 30 && sky.isUp && site.name == "lapalma"').fired, true);
    assert.match(evaluate('sky.sunAltitude > 0').why, /^sky\.sunAltitude > 0 is false \(sky\.sunAltitude = -\d/);
    assert.match(evaluate('sky.visibleMinutes(8, 30, -12.0) < 1').why, /\(sky\.visibleMinutes\(8, 30, -12\.0\) = \d/);
  });

  it('sees what came before in the thread', () => {
    assert.equal(
      evaluate('!thread.first && thread.moved > 3 && thread.previous.errorRadius > alert.errorRadius').fired,
      true,
    );
    const first = { first: true, previous: undefined, moved: undefined };
    assert.equal(
      evaluate('thread.previous.errorRadius > 0', {}, {}, first).why,
      'no earlier alert is about this event: thread.previous.errorRadius > 0',
    );
    assert.equal(evaluate('thread.moved > 1', {}, {}, first).why, 'how far it moved is not known: thread.moved > 1');
    assert.equal(evaluate('thread.first || thread.moved > 1', {}, {}, first).fired, true);
  });

  it('may use conditions and lists by name, also within each other', () => {
    const conditions = { good: 'dark && alert.errorRadius < 1', dark: 'sky.sunAltitude < -12' };
    const lists = { favourites: ['nasa.gsfc.gcn/SWIFT', 'x'], numbers: [1, 83.6331] };
    assert.equal(evaluate('good && alert.stream in favourites && alert.ra in numbers', conditions, lists).fired, true);
    assert.equal(evaluate('(good ? alert.ra : alert.dec) > 80', conditions).fired, true);
    const bright = { ...conditions, dark: 'sky.sunAltitude < -88' };
    assert.match(
      evaluate('alert.ra > 1 && good', bright).why,
      /^good does not hold: dark does not hold: sky\.sunAltitude < -88 is false \(sky\.sunAltitude = -/,
    );
  });

  it('keeps with it what is needed to explain it', () => {
    const conditions = { good: 'dark && alert.errorRadius < 1', dark: 'sky.sunAltitude < -12', other: 'alert.test' };
    const { text } = compileRule('good && alert.ra > 1', createVocabulary(conditions, {}).vocabulary);
    assert.deepEqual(JSON.parse(text), {
      when: 'good && alert.ra > 1',
      conditions: { good: conditions.good, dark: conditions.dark },
    });
  });
});

describe('what cannot be named', () => {
  const refusal = (source: string): string => {
    try {
      compileRule(source, createVocabulary({ dark: 'sky.isNight' }, {}).vocabulary);
    } catch (error) {
      if (error instanceof RuleError) return `${error.offset} ${error.message}`;
    }
    return assert.fail('it was accepted');
  };

  it('is said with what was probably meant', () => {
    assert.equal(refusal('sky.altitud > 30'), '4 There is no sky.altitud (did you mean altitude?).');
    assert.equal(refusal('thread.previous.eror > 30'), '16 An alert has no field eror.');
    assert.equal(refusal('has(sky.altitud)'), '8 There is no sky.altitud (did you mean altitude?).');
    assert.equal(refusal('dakr && alert.ra > 1'), '0 There is nothing called dakr (did you mean dark?).');
    assert.match(
      refusal('sky.risesWithin("8h", 30)'),
      /It is used as sky\.risesWithin\(hours: double, altitude: double\): bool\.$/,
    );
    assert.match(
      refusal('sky.visibleMinute(8, 30, -12)'),
      /The sky has no function visibleMinute \(did you mean visibleMinutes\?\)/,
    );
    assert.throws(() => compileRule('sky.isNight'), /Sky means nothing here: only a handler's rule may name it/);
  });

  it('needs itself also where comments and texts hold marks, and not where only they name it', () => {
    const [problem] = problemsOf({ a: "b // don't\n && true", b: "a // it's" });
    assert.match(problem ?? '', /needs itself/);
    assert.deepEqual(problemsOf({ dark: 'sky.isNight // dark enough', named: 'alert.local == "named"' }), []);
    assert.deepEqual(
      problemsOf({ for: 'true', int: 'true', true: 'false' })
        .map((one) => one.split('@')[0])
        .toSorted(),
      ['conditions.for', 'conditions.int', 'conditions.true'],
    );
  });

  it('is more than anybody can follow', () => {
    const conditions = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `c${index}`,
        index === 0 ? 'alert.ra > 1' : `c${index - 1} && c${index - 1}`,
      ]),
    );
    const { vocabulary } = createVocabulary(conditions, {});
    assert.throws(() => compileRule('c29', vocabulary), /has \d+ parts, and 2000 are the most/);
    assert.doesNotThrow(() => compileRule('c5', vocabulary));
  });

  it('in a condition is told there, all at once', () => {
    assert.deepEqual(
      problemsOf(
        { a: 'alert.rra > 1', b: 'a && alert.ra', sky: 'true', c: 'd', d: 'c || alert.test' },
        { alert: ['x'] },
      ),
      [
        'lists.alert@0: alert means something in every rule already. Rename it.',
        'conditions.c@0: c needs itself. Take it out of what it names.',
        'conditions.a@6: An alert has no field rra (did you mean ra?).',
        'conditions.b@0: && and || stand between conditions, and here is a number. Compare it with something.',
        'conditions.sky@0: sky means something in every rule already. Rename it.',
      ].toSorted((x, y) => Number(x.startsWith('conditions')) - Number(y.startsWith('conditions'))),
    );
  });
});
