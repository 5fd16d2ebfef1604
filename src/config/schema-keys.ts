import type { ConfigPath } from './document.ts';

/** Which options a map at this path of a zod schema may have; for suggestions. */
export function keysAt(root: unknown, path: ConfigPath): string[] {
  let schema = root;
  for (const part of path) schema = below(unwrap(schema), String(part));
  const inner = unwrap(schema);
  return isObject(inner) && 'shape' in inner ? Object.keys(inner.shape as object) : [];
}

type Definition = {
  readonly type?: string;
  readonly innerType?: unknown;
  readonly valueType?: unknown;
  readonly options?: readonly unknown[];
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function definitionOf(schema: unknown): Definition {
  return isObject(schema) && isObject(schema.def) ? (schema.def as Definition) : {};
}

/** Without defaults, optionality and one-armed unions. */
function unwrap(schema: unknown): unknown {
  const { innerType, options } = definitionOf(schema);
  if (innerType !== undefined) return unwrap(innerType);
  const maps = options?.filter((option) => isObject(option) && 'shape' in option) ?? [];
  return maps.length === 1 ? maps[0] : schema;
}

function below(schema: unknown, part: string): unknown {
  if (isObject(schema) && isObject(schema.shape)) return schema.shape[part];
  return definitionOf(schema).valueType;
}
