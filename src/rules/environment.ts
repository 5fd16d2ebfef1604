import { Environment } from '@marcbachmann/cel-js';
import { ALERT_FIELDS, type FieldType } from '../alert/fields.ts';
import type { Alert } from '../alert/model.ts';

const CEL_TYPES = { string: 'string', number: 'double', boolean: 'bool', any: 'dyn' } as const;

/** The CEL type of a field; that of an object gets a name, and is registered with it. */
function celType(field: FieldType, name: string, objects: Map<string, Record<string, string>>): string {
  switch (field.type) {
    case 'list':
      return `list<${celType(field.of, name.replace(/s$/, ''), objects)}>`;
    case 'map':
      return `map<string, ${celType(field.of, name, objects)}>`;
    case 'object': {
      const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      objects.set(type, celTypes(field.fields, objects));
      return type;
    }
    default:
      return CEL_TYPES[field.type];
  }
}

function celTypes(
  fields: Readonly<Record<string, FieldType>>,
  objects: Map<string, Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, celType(field, name, objects)]));
}

/** The types of objects within an alert, by name; inner ones come first. */
const OBJECT_TYPES = new Map<string, Record<string, string>>();

/** Fields of an alert that a rule may name, with their CEL types. Angles in degrees, times as ISO 8601 text in UTC. */
export const RULE_FIELDS: Readonly<Record<string, string>> = celTypes(ALERT_FIELDS, OBJECT_TYPES);

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
  for (const [name, schema] of OBJECT_TYPES) environment.registerType({ name, schema });
  environment.registerType({ name: 'Alert', schema: RULE_FIELDS });
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
    return evaluate({ alert });
  } finally {
    current = undefined;
  }
}
