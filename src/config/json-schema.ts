/** The part of JSON Schema (2020-12) that our own schemas come out as. */
export interface JsonSchema {
  readonly description?: string;
  readonly default?: unknown;
  /** What might be written, where there is no default. Our own keyword; readers of the schema pass over it. */
  readonly sample?: unknown;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** The default of an option, with the defaults of the options inside it; undefined when it has none. */
export function fullDefault(schema: JsonSchema): unknown {
  if (schema.properties === undefined) return schema.default;
  const inner = Object.entries(schema.properties).map(([name, property]) => [name, fullDefault(property)] as const);
  const known = inner.filter(([, value]) => value !== undefined);
  return schema.default === undefined || known.length === 0 ? schema.default : Object.fromEntries(known);
}

/** What may be written there, in words. */
export function typeInWords(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) return [...new Set(alternatives.map(typeInWords))].join(' or ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeInWords({ ...schema, type })).join(' or ');
  switch (schema.type) {
    case 'array':
      return `list of ${schema.items === undefined ? 'values' : typeInWords(schema.items)}`;
    case 'object':
      return 'options';
    case 'integer':
      return 'whole number';
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'text';
    default:
      return typeof schema.type === 'string' ? schema.type : 'any';
  }
}
