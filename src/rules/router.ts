import { tooOld } from '../alert/age.ts';
import type { Alert, Role } from '../alert/model.ts';
import type { Rule, RuleVerdict } from './rule.ts';

/** What decides whether a handler gets an alert. All must hold. */
export interface Selection {
  readonly handler: string;
  /** A test reaches only handlers that name `test` here. */
  readonly roles: readonly Role[];
  readonly rule: Rule | undefined;
  readonly maxAgeMs: number | undefined;
}

export interface HandlerVerdict extends RuleVerdict {
  readonly handler: string;
}

/** Decides for every handler, in the order of the configuration. Pure: the same alert and time give the same verdicts. */
export function decide(selections: readonly Selection[], alert: Alert, now: number): HandlerVerdict[] {
  return selections.map((selection) => ({ handler: selection.handler, ...decideOne(selection, alert, now) }));
}

function decideOne({ roles, rule, maxAgeMs }: Selection, alert: Alert, now: number): RuleVerdict {
  if (alert.test && !roles.includes('test')) {
    return { fired: false, why: `${testMark(alert)}, and the handler takes only ${roles.join(', ')}` };
  }
  if (!alert.test && !roles.includes(alert.role)) {
    return { fired: false, why: `its role is ${alert.role}, and the handler takes only ${roles.join(', ')}` };
  }
  const stale = tooOld(alert, maxAgeMs, now);
  if (stale !== undefined) return { fired: false, why: stale };
  return rule === undefined ? { fired: true, why: selected(alert) } : rule.evaluate(alert);
}

/** Why an alert is one of those that a handler without a rule takes. */
function selected(alert: Alert): string {
  return alert.test ? `${testMark(alert)}, and the handler takes tests` : `its role is ${alert.role}`;
}

function testMark({ role }: Alert): string {
  return role === 'test' ? 'its role is test' : `it is marked as a test, though its role is ${role}`;
}
