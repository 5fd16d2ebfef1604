type Path = readonly (string | number)[];

/** Which options a map at this path of a zod schema may have; for suggestions. */
export function keysAt(root: unknown, path: Path): string[] {
  const inner = unwrap(schemaAt(root, path));
  return isObject(inner) && 'shape' in inner ? Object.keys(inner.shape as object) : [];
}

/** What the schema says about the option at this path. */
export function descriptionAt(root: unknown, path: Path): string | undefined {
  let schema = schemaAt(root, path);
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
};

function schemaAt(root: unknown, path: Path): unknown {
  let schema = root;
  for (const part of path) schema = below(unwrap(schema), String(part));
  return schema;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function definitionOf(schema: unknown): Definition {
  return isObject(schema) && isObject(schema.def) ? (schema.def as Definition) : {};
}

/** Without defaults, optionality, transforms and one-armed unions. */
function unwrap(schema: unknown): unknown {
  const { innerType, in: input, options } = definitionOf(schema);
  if (innerType !== undefined || input !== undefined) return unwrap(innerType ?? input);
  const maps = options?.filter((option) => isObject(option) && 'shape' in option) ?? [];
  return maps.length === 1 ? maps[0] : schema;
}

function below(schema: unknown, part: string): unknown {
  if (isObject(schema) && isObject(schema.shape)) return schema.shape[part];
  const { valueType, element } = definitionOf(schema);
  return valueType ?? element;
}
