import { readFileSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf, messageOf } from '../common/errors.ts';

/** What Node, which only takes types away, refuses to run: how its message tells it, what it is called, what to write instead. */
const NOT_ERASABLE: readonly (readonly [told: RegExp, what: string, instead: string])[] = [
  [/\benum\b/, '"enum"', 'use a const object with `as const` instead'],
  [/parameter property/, 'a parameter property', 'declare the field, and assign it in the constructor'],
  [/namespace/, '"namespace"', 'use a file of its own, or a const object, instead'],
  [/import equals/, '"import … = …"', 'use `import … from` instead'],
  [/export assignment/, '"export ="', 'use `export default` instead'],
  [/angle-bracket/, 'a type in angle brackets before a value', 'write `value as Type` instead'],
];

/**
 * Why a file of TypeScript cannot be run as it is, and what to change: `slew.ts:3: "enum" is not erasable TypeScript: …`.
 *
 * @param file the plugin's own, from which the place is told
 */
export function notErasable(thrown: unknown, file: string): string | undefined {
  const at = place(thrown, file);
  switch (codeOf(thrown)) {
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX': {
      const message = messageOf(thrown);
      const found = NOT_ERASABLE.find(([told]) => told.test(message));
      if (found === undefined) return `${at.text}${message}: write it as JavaScript would, with types beside it`;
      return `${at.text}${found[1]} is not erasable TypeScript: ${found[2]}`;
    }
    case 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING': {
      const [, url] = /"(file:[^"]*)"/.exec(messageOf(thrown)) ?? [];
      const inside = url === undefined ? 'A file' : relative(dirname(file), fileURLToPath(url));
      return `${inside} is TypeScript in node_modules, which is not run: use a package that is compiled to JavaScript, or keep the file beside the plugin`;
    }
    case 'ERR_UNKNOWN_FILE_EXTENSION':
      return /"\.[jt]sx"/.test(messageOf(thrown)) ? `${messageOf(thrown)}: write it as .ts, without JSX` : undefined;
    case undefined:
      return thrown instanceof SyntaxError ? ofJavaScript(thrown, file) : undefined;
    default:
      return undefined;
  }
}

/** What a message of JavaScript's parser or linker means in a file whose types were taken away. */
function ofJavaScript(thrown: SyntaxError, file: string): string | undefined {
  const { text, character } = place(thrown, file);
  // What is left of a decorator. Of a module, Node does not tell the place.
  const decorator = text === '' && /unexpected token/.test(thrown.message) ? decoratorIn(file) : undefined;
  if (character === '@' || decorator !== undefined)
    return `${decorator ?? text}a decorator is not erasable TypeScript: call the function yourself instead`;
  const [, from, name] = /'([^']+\.[cm]?ts)' does not provide an export named '(\w+)'/.exec(thrown.message) ?? [];
  if (name === undefined) return undefined;
  return `${text}${from} exports no value ${name}: if it is a type, write \`import type { ${name} }\``;
}

/** Where the first line is that looks like a decorator, outside of comments as they are usually written. */
function decoratorIn(file: string): string | undefined {
  const lines = readFileSync(file, 'utf8').split('\n');
  const index = lines.findIndex((line) => /^\s*(?:export\s+(?:default\s+)?)?@[\w$]|[{;]\s*@[\w$]/.test(line));
  return index === -1 ? undefined : `${basename(file)}:${index + 1}: `;
}

interface Place {
  /** `FILE:LINE: `, or nothing. */
  readonly text: string;
  readonly character: string | undefined;
}

/** Where it is, as Node writes it above the stack: `FILE:LINE`, some lines up to that one, and a caret. */
function place(thrown: unknown, file: string): Place {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  const [, where, line, source = '', before = ''] = /^(.+):(\d+)\n((?:.*\n)*?)( *)\^/.exec(stack) ?? [];
  if (where === undefined) return { text: '', character: undefined };
  const path = where.startsWith('file:') ? fileURLToPath(where) : where;
  const lines = source.trimEnd().split('\n');
  return { text: `${relative(dirname(file), path)}:${line}: `, character: lines.at(-1)?.[before.length] };
}
