import type { z } from 'zod';

/** What a packet may hold in any of its texts. */
export const ATTACKS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)' style='position:fixed",
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  '</pre></bdi></table></script><svg onload=alert(1)>',
  '<!--<script>',
  'https://example.org/"onclick="alert(1)',
  'rtl \u202e evil \u2066 nul \u0000 bell \u0007 escape \u001b[31m bom \ufeff lone \ud800',
  'n'.repeat(100_000),
  '\u0000\u202e',
  '',
] as const;

/**
 * Data that keeps to the schema, with everything that may be there, and a hostile text wherever the schema has a text:
 * those with a form of their own (times, keys) too, as nobody looks again at what the journal holds.
 */
export function filled(schema: z.ZodType, text: () => string): unknown {
  const { def } = (schema as unknown as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(def.shape).map(([name, field]) => [name, filled(field as z.ZodType, text)]),
      );
    case 'array':
      return [0, 1].map(() => filled(def.element as z.ZodType, text));
    case 'record':
      return { [text()]: 0.5, ['__proto__']: 1, [`${text()}2`]: 0.25 };
    case 'optional':
    case 'nullable':
      return filled(def.innerType as z.ZodType, text);
    case 'enum':
      return Object.values(def.entries).at(-1);
    case 'literal':
      return def.values[0];
    case 'union':
      return filled(def.options[0] as z.ZodType, text);
    case 'number':
      return 7;
    case 'boolean':
      return true;
    case 'string':
      return text();
    default:
      throw new Error(`Cannot fill a schema of type ${def.type}`);
  }
}

/** Attack after attack, beginning with the given one, so that each field meets each of them. */
export function attacks(first: number): () => string {
  let at = first;
  return () => ATTACKS[at++ % ATTACKS.length] ?? '';
}
