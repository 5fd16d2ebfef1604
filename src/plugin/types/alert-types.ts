import { z } from 'zod';
import {
  alertSchema,
  authorSchema,
  CITE_KINDS,
  citationSchema,
  columnSchema,
  error2Schema,
  FORMATS,
  groupSchema,
  inferenceSchema,
  KINDS,
  paramSchema,
  ROLES,
  referenceSchema,
  skymapSchema,
  tableSchema,
  validitySchema,
} from '../../alert/model.ts';

/** Lists of words that are a type of their own. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  Role: ROLES,
  Kind: KINDS,
  CiteKind: CITE_KINDS,
  Format: FORMATS,
};

const OBJECTS: Readonly<Record<string, z.ZodObject>> = {
  Alert: alertSchema,
  Author: authorSchema,
  Citation: citationSchema,
  Column: columnSchema,
  Error2: error2Schema,
  Group: groupSchema,
  Inference: inferenceSchema,
  Param: paramSchema,
  Reference: referenceSchema,
  Skymap: skymapSchema,
  Table: tableSchema,
  Validity: validitySchema,
};

/** The types of the alert model as TypeScript, by name: each field with its description, as an editor shows it. */
export function alertTypes(): Map<string, string> {
  const words = Object.entries(WORDS).map(([name, values]) => [name, `type ${name} = ${union(values)};`] as const);
  const objects = Object.entries(OBJECTS).map(
    ([name, schema]) => [name, `interface ${name} {\n${fields(schema, '  ')}\n}`] as const,
  );
  return new Map([...words, ...objects]);
}

function fields(schema: z.ZodObject, indent: string): string {
  const written = Object.entries(schema.shape).map(([name, field]) => {
    const inner = field instanceof z.ZodExactOptional ? field.unwrap() : field;
    const { description } = inner as z.ZodType;
    const comment = description === undefined ? '' : `${indent}/** ${description} */\n`;
    return `${comment}${indent}readonly ${name}${inner === field ? '' : '?'}: ${typeOf(inner as z.ZodType, indent)};`;
  });
  return written.join('\n');
}

/** @throws when the model says something that this does not know */
function typeOf(schema: z.ZodType, indent: string): string {
  const of = (inner: unknown) => typeOf(inner as z.ZodType, indent);
  if (schema instanceof z.ZodString) return 'string';
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  if (schema instanceof z.ZodUnknown) return 'unknown';
  if (schema instanceof z.ZodLiteral) return [...schema.values].map((value) => JSON.stringify(value)).join(' | ');
  if (schema instanceof z.ZodEnum) {
    const values = schema.options.map(String);
    return Object.keys(WORDS).find((name) => WORDS[name]?.join() === values.join()) ?? union(values);
  }
  if (schema instanceof z.ZodArray) {
    const item = of(schema.element);
    return `readonly ${schema.element instanceof z.ZodArray ? `(${item})` : item}[]`;
  }
  if (schema instanceof z.ZodRecord) return `{ readonly [name: string]: ${of(schema.valueType)} }`;
  if (schema instanceof z.ZodUnion) return schema.options.map(of).join(' | ');
  if (schema instanceof z.ZodObject) {
    // What has a description of its own is a copy with the same fields.
    const name = Object.keys(OBJECTS).find((one) => OBJECTS[one]?.shape === schema.shape);
    return name ?? `{\n${fields(schema, `${indent}  `)}\n${indent}}`;
  }
  throw new Error(`The alert model has a field of a type that cannot be written down: ${schema.type}.`);
}

function union(values: readonly string[]): string {
  return values.map((value) => `'${value}'`).join(' | ');
}
