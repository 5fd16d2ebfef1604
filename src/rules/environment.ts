import { Environment } from '@marcbachmann/cel-js';
import { ALERT_FIELDS, type FieldType } from '../alert/fields.ts';
import { Sky } from '../sky/sky.ts';
import type { Facts } from './facts.ts';
import { resultOf } from './functions.ts';
import { FUNCTIONS, type Name, SITE_NAMES, type Signature, SKY_NAMES, THREAD_NAMES } from './terms.ts';

const CEL_TYPES = { string: 'string', number: 'double', boolean: 'bool', any: 'dyn' } as const;

const RETURNS = { string: 'string', double: 'double', bool: 'bool', duration: 'google.protobuf.Duration' } as const;

const parseDuration = new Environment({ unlistedVariablesAreDyn: true }).parse('duration(text)');

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

const typesOf = (names: Readonly<Record<string, Name>>): Record<string, string> =>
  Object.fromEntries(Object.entries(names).map(([name, { type }]) => [name, type]));

/** What may be behind each name's dot, for suggestions. */
export const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  alert: Object.keys(RULE_FIELDS),
  site: Object.keys(SITE_NAMES),
  sky: Object.keys(SKY_NAMES),
  thread: [...Object.keys(THREAD_NAMES), 'previous'],
};

/** Functions take no context in CEL, and evaluation is synchronous: these are the facts being looked at. */
let current: Facts | undefined;

function facts(): Facts {
  if (current === undefined) throw new Error('A rule is evaluated without facts.');
  return current;
}

/** For rules about an alert alone, such as the filter of a broadcast: there is no site, and no thread to look into. */
export const alertEnvironment = createEnvironment();
/** For handlers: the sky above a site, and what came before, too. */
export const handlerEnvironment = withCircumstances(createEnvironment());

function createEnvironment(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: false,
    limits: { maxAstNodes: 2_000, maxDepth: 100 },
  });
  for (const [name, schema] of OBJECT_TYPES) environment.registerType({ name, schema });
  environment.registerType({ name: 'Alert', schema: RULE_FIELDS });
  environment.registerVariable('alert', 'Alert');
  for (const signature of FUNCTIONS) if (!('of' in signature)) register(environment, signature);
  return environment;
}

function withCircumstances(environment: Environment): Environment {
  environment.registerType({ name: 'Site', schema: typesOf(SITE_NAMES) });
  environment.registerType('Sky', { ctor: Sky, fields: typesOf(SKY_NAMES) });
  environment.registerType({ name: 'Thread', schema: { ...typesOf(THREAD_NAMES), previous: 'Alert' } });
  environment.registerVariable('site', 'Site');
  environment.registerVariable('sky', 'Sky');
  environment.registerVariable('thread', 'Thread');
  for (const signature of FUNCTIONS) if ('of' in signature) register(environment, signature);
  return environment;
}

/** Once for each way to write its numbers, whole or not. */
function register(environment: Environment, signature: Signature): void {
  const { name, of, parameters, returns, description } = signature;
  const handler = (...given: readonly unknown[]): unknown => {
    const values = (of === undefined ? given : given.slice(1)).map((value) =>
      typeof value === 'bigint' ? Number(value) : value,
    );
    return resultOf(signature, values as (string | number)[], facts(), durationOf);
  };
  for (const types of spellings(parameters.map(({ type }) => type))) {
    const written = `${of === undefined ? '' : 'Sky.'}${name}(${types.join(', ')}): ${RETURNS[returns]}`;
    environment.registerFunction(written, handler as never, { description });
  }
}

function spellings(types: readonly string[]): string[][] {
  return types.reduce<string[][]>(
    (all, type) => all.flatMap((head) => (type === 'double' ? ['double', 'int'] : [type]).map((one) => [...head, one])),
    [[]],
  );
}

/** CEL's own kind of duration. */
function durationOf(seconds: number): unknown {
  return parseDuration({ text: `${seconds.toFixed(3)}s` });
}

/** Evaluates with these facts as context. What is asked for lazily is only looked at when the expression names it. */
export function evaluateOn<Result>(
  given: Facts,
  named: object,
  evaluate: (context: Record<string, unknown>) => Result,
): Result {
  const before = current;
  current = given;
  try {
    const context = {
      alert: given.alert,
      get site() {
        return given.site;
      },
      get sky() {
        return given.sky;
      },
      get thread() {
        return given.thread;
      },
    };
    return evaluate(Object.defineProperties(context, Object.getOwnPropertyDescriptors(named)));
  } finally {
    current = before;
  }
}
