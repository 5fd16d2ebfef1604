import type { z } from 'zod';
import { type Alert, alertSchema } from './model.ts';

/** What kind of value a field of the model holds. */
export type FieldType =
  | { readonly type: 'string' | 'number' | 'boolean' | 'any' }
  | { readonly type: 'list'; readonly of: FieldType }
  | { readonly type: 'map'; readonly of: FieldType }
  | { readonly type: 'object'; readonly fields: Readonly<Record<string, FieldType>> };

/** The fields of an alert and what they hold, in the model's order; read from its declaration. */
export const ALERT_FIELDS = fieldsOf(alertSchema) as Readonly<Record<keyof Alert, FieldType>>;

type ScalarName = {
  [Key in keyof Alert]-?: Exclude<Alert[Key], undefined> extends string | number | boolean ? Key : never;
}[keyof Alert];

/** The names of those that hold a single text, number or truth value: what fits into an argument or a line. */
export const SCALAR_FIELDS = (Object.keys(ALERT_FIELDS) as (keyof Alert)[]).filter((name): name is ScalarName =>
  ['string', 'number', 'boolean'].includes(ALERT_FIELDS[name].type),
);

type Declared = z.core.$ZodType;

function fieldsOf(object: z.core.$ZodObject): Record<string, FieldType> {
  return Object.fromEntries(Object.entries(object._zod.def.shape).map(([name, field]) => [name, typeOf(field)]));
}

function typeOf(schema: Declared): FieldType {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
      return typeOf(def.innerType);
    case 'array':
      return { type: 'list', of: typeOf(def.element) };
    case 'record':
      return { type: 'map', of: typeOf(def.valueType) };
    case 'object':
      return { type: 'object', fields: fieldsOf(schema as z.core.$ZodObject) };
    case 'number':
    case 'boolean':
    case 'string':
      return { type: def.type };
    case 'enum':
      return { type: 'string' };
    case 'literal':
      return { type: 'boolean' };
    default:
      return { type: 'any' };
  }
}
