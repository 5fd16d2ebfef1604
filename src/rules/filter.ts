import type { Alert } from '../alert/model.ts';
import { alone } from './circumstances.ts';
import { compileRule, type RuleVerdict } from './rule.ts';

/** A rule about alerts alone. @param now milliseconds since 1970 */
export type Filter = (alert: Alert, now: number) => RuleVerdict;

/** @throws RuleError as `compileRule` does */
export function compileFilter(source: string): Filter {
  const rule = compileRule(source);
  return (alert, now) => rule.evaluate(alone(alert, now));
}
