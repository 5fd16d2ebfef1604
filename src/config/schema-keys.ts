type Path = readonly (string | number)[];

/** Which options a map at this path of a zod schema may have, given what is written; for suggestions. */
export function keysAt(root: unknown, path: Path, written: unknown): string[] {
  const { schema, value } = placeAt(root, path, written);
  const inner = unwrap(schema, value);
  return isObject(inner) && 'shape' in inner ? Object.keys(inner.shape as object) : [];
}

/** What the schema says about the option at this path, given what is written. */
export function descriptionAt(root: unknown, path: Path, written: unknown): string | undefined {
  let { schema } = placeAt(root, path, written);
  while (isObject(schema)) {
    if (typeof schema.description === 'string') return schema.description;
    const { innerType, in: input } = definitionOf(schema);
    schema = innerType ?? input;
  }
  return undefined;
}

type Definition = {
  readonly type?: string;
  readonly innerType?: unknown;
  readonly in?: unknown;
  readonly valueType?: unknown;
  readonly element?: unknown;
  readonly options?: readonly unknown[];
  readonly discriminator?: string;
  readonly values?: readonly unknown[];
};

interface Place {
  readonly schema: unknown;
  readonly value: unknown;
}

function placeAt(root: unknown, path: Path, written: unknown): Place {
  let place: Place = { schema: root, value: written };
  for (const part of path) {
    const { schema, value } = place;
    place = { schema: below(unwrap(schema, value), String(part)), value: isObject(value) ? value[part] : undefined };
  }
  return place;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function definitionOf(schema: unknown): Definition {
  return isObject(schema) && isObject(schema.def) ? (schema.def as Definition) : {};
}

/** Without defaults, optionality and transforms; of a union the one arm that is a map, or the one that the value names. */
function unwrap(schema: unknown, value: unknown): unknown {
  const { innerType, in: input, options, discriminator } = definitionOf(schema);
  if (innerType !== undefined || input !== undefined) return unwrap(innerType ?? input, value);
  const maps = options?.filter((option) => isObject(option) && 'shape' in option) ?? [];
  if (maps.length === 1) return maps[0];
  if (discriminator === undefined || !isObject(value)) return schema;
  return maps.find((map) => isNamed(below(map, discriminator), value[discriminator])) ?? schema;
}

/** Whether the schema is that of this one value. */
function isNamed(schema: unknown, value: unknown): boolean {
  return definitionOf(schema).values?.includes(value) === true;
}

function below(schema: unknown, part: string): unknown {
  if (isObject(schema) && isObject(schema.shape)) return schema.shape[part];
  const { valueType, element } = definitionOf(schema);
  return valueType ?? element;
}
