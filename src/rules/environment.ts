import { Environment } from '@marcbachmann/cel-js';
import type { Alert } from '../alert/model.ts';

/** Fields of an alert that a rule may name, with their CEL types. Angles in degrees, times as ISO 8601 text in UTC. */
export const RULE_FIELDS = {
  id: 'string',
  ivorn: 'string',
  format: 'string',
  version: 'string',
  role: 'string',
  test: 'bool',
  kind: 'string',
  stream: 'string',
  local: 'string',
  date: 'string',
  time: 'string',
  ra: 'double',
  dec: 'double',
  errorRadius: 'double',
  system: 'string',
  importance: 'double',
  description: 'string',
  source: 'string',
  receivedAt: 'string',
} as const satisfies Partial<Record<keyof Alert, string>>;

/** The alert as a rule sees it. */
class RuleAlert {
  constructor(alert: Alert) {
    for (const name of Object.keys(RULE_FIELDS) as (keyof typeof RULE_FIELDS)[]) {
      const value = alert[name];
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
    }
  }
}

/** A value that the rule needs and the alert does not have. */
export class MissingValue extends Error {}

/** Functions take no context in CEL, and evaluation is synchronous: this is the alert being looked at. */
let current: Alert | undefined;

function paramText(name: string): string {
  const value = current?.params.find((param) => param.name === name)?.value;
  if (value === undefined) throw new MissingValue(`param("${name}")`);
  return value;
}

function paramNumber(name: string): number {
  const text = paramText(name).trim();
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw new MissingValue(`number("${name}") ("${text}" is not a number)`);
  return value;
}

export const RULE_FUNCTIONS = [
  { signature: 'param(string): string', handler: paramText, description: 'The text of the first Param of that name.' },
  { signature: 'number(string): double', handler: paramNumber, description: 'The Param of that name as a number.' },
] as const;

export const ruleEnvironment = createEnvironment();

function createEnvironment(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: false,
    limits: { maxAstNodes: 2_000, maxDepth: 100 },
  });
  environment.registerType('Alert', { ctor: RuleAlert, fields: RULE_FIELDS });
  environment.registerVariable('alert', 'Alert');
  for (const { signature, handler, description } of RULE_FUNCTIONS) {
    environment.registerFunction(signature, handler, { description });
  }
  return environment;
}

/** Evaluates with the alert as context. */
export function evaluateOn(alert: Alert, evaluate: (context: { alert: unknown }) => unknown): unknown {
  current = alert;
  try {
    return evaluate({ alert: new RuleAlert(alert) });
  } finally {
    current = undefined;
  }
}
