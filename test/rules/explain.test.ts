import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alone } from '../../src/rules/circumstances.ts';
import { type ExplainedPart, explainRule } from '../../src/rules/explain.ts';
import { compileRule } from '../../src/rules/rule.ts';
import { createVocabulary } from '../../src/rules/vocabulary.ts';
import { sampleAlert } from '../support/plugin-context.ts';

const { vocabulary } = createVocabulary(
  { near: 'alert.dec > 80 || alert.errorRadius < 1', mine: 'near && alert.stream in favourites' },
  { favourites: ['nasa.gsfc.gcn/SWIFT'] },
);

/** What the journal would keep. */
function kept(source: string) {
  const rule = compileRule(source, vocabulary);
  const { outcomes, values } = rule.evaluate(alone(sampleAlert(), Date.parse('2026-11-22T10:00:10Z')));
  return { rule: rule.text, outcomes, values };
}

/** As `t all(t alert.ra > 1, …)`. */
function brief({ kind, source, outcome, parts }: ExplainedPart): string {
  const inner = parts.length === 0 ? '' : `(${parts.map(brief).join(', ')})`;
  return `${outcome} ${kind === 'test' || kind === 'named' ? source : kind}${inner}`;
}

describe('a rule of long ago', () => {
  it('is put together again with how each part came out, and what it saw', () => {
    const explained = explainRule(kept('mine && !(alert.significance > 5) && alert.ra > 1'));
    assert.ok(explained !== undefined);
    assert.equal(
      brief(explained),
      'missing all(true mine(true all(true near(true any(false alert.dec > 80, true alert.errorRadius < 1)), true alert.stream in favourites)), missing not(missing alert.significance > 5), true alert.ra > 1)',
    );
    const near = explained.parts[0]?.parts[0]?.parts[0]?.parts[0];
    assert.deepEqual(
      near?.parts.map(({ seen }) => seen),
      [{ 'alert.dec': 22.0145 }, { 'alert.errorRadius': 0.05 }],
    );
    assert.deepEqual(explained.parts[1]?.parts[0]?.seen, { 'alert.significance': null });
  });

  it('shows nothing of what did not matter', () => {
    const explained = explainRule(kept('alert.ra > 300 && alert.dec > 1'));
    assert.deepEqual(
      explained?.parts.map(({ outcome, seen }) => [outcome, seen]),
      [
        ['false', { 'alert.ra': 83.6331 }],
        ['unseen', {}],
      ],
    );
  });

  it('is left out where there was none, or what was kept does not fit', () => {
    assert.equal(explainRule({}), undefined);
    const { rule, outcomes } = kept('alert.ra > 1 && alert.dec > 1');
    for (const other of ['', 't', `${outcomes}t`, 'txt'])
      assert.equal(explainRule({ rule, outcomes: other }), undefined);
    assert.equal(explainRule({ rule: 'no JSON', outcomes }), undefined);
    assert.equal(explainRule({ rule: '{"when":"alert.ra >","conditions":{}}', outcomes }), undefined);
  });
});
