import { checkRule } from './check-rule.ts';
import { evaluateOn } from './environment.ts';
import type { Facts } from './facts.ts';
import { logicOf } from './logic.ts';
import { requireModest } from './size.ts';
import { allSeen, outcomesOf, type Seen, traceOf } from './trace.ts';
import { ALERT_ONLY, type Vocabulary } from './vocabulary.ts';
import { because } from './why.ts';

export interface RuleVerdict {
  readonly fired: boolean;
  /** The part that decided, with what it saw; a clause. */
  readonly why: string;
  /** All that was read, by name; null for what is missing. */
  readonly values: Readonly<Record<string, Seen>>;
  /** How each part came out; `explain` puts it together with the rule. */
  readonly outcomes: string;
}

export interface Rule {
  readonly source: string;
  /** The rule and the conditions that it names, as JSON: what is needed to explain a verdict afterwards. */
  readonly text: string;
  /** Never throws: a value that is not known makes what needs it neither true nor false, and the rule not fire. */
  evaluate(facts: Facts): RuleVerdict;
}

/**
 * Compiles a rule in CEL and checks its types.
 *
 * @throws RuleError when it names what does not exist, compares what cannot be compared, or is not a condition
 */
export function compileRule(source: string, vocabulary: Vocabulary = ALERT_ONLY): Rule {
  const { environment, conditions, named } = vocabulary;
  checkRule(source, environment);
  const logic = logicOf(source, environment, (name) => conditions.get(name)?.logic);
  requireModest(logic);
  return {
    source,
    text: JSON.stringify({ when: source, conditions: conditionsIn(source, vocabulary) }),
    evaluate: (facts) => {
      const trace = evaluateOn(facts, named(facts), (context) => traceOf(logic, context));
      const fired = trace.outcome === 'true';
      return { fired, why: because(trace), values: allSeen(trace), outcomes: outcomesOf(trace) };
    },
  };
}

/** The conditions that a rule names, and those that they name. */
function conditionsIn(source: string, { conditions }: Vocabulary): Record<string, string> {
  const found: Record<string, string> = {};
  const look = (text: string): void => {
    for (const [name = ''] of text.matchAll(/[A-Za-z_]\w*/g)) {
      const condition = conditions.get(name);
      if (condition === undefined || Object.hasOwn(found, name)) continue;
      found[name] = condition.source;
      look(condition.source);
    }
  };
  look(source);
  return found;
}
