import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { isNode, pieceOf } from './piece.ts';

/** Something that a test names, and its value is worth telling. */
export interface Term {
  readonly name: string;
  readonly read: (context: Record<string, unknown>) => unknown;
}

/** A rule taken apart where `&&`, `||`, `!` and named conditions stand: what is left are tests. */
export type Logic = { readonly source: string } & (
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Logic[] }
  | { readonly kind: 'not'; readonly part: Logic }
  /** `source` is the name of the condition. */
  | { readonly kind: 'named'; readonly part: Logic }
  | {
      readonly kind: 'test';
      readonly run: (context: Record<string, unknown>) => unknown;
      readonly terms: readonly Term[];
    }
);

/** Names whose members are worth telling. */
const ROOTS = new Set(['alert', 'sky', 'site', 'thread']);

/** @param named the logic of a condition with this name, if there is one */
export function logicOf(
  source: string,
  environment: Environment,
  named: (name: string) => Logic | undefined = () => undefined,
): Logic {
  const piece = (node: ASTNode): string | undefined => pieceOf(source, node, environment);
  const build = (node: ASTNode, text: string): Logic => {
    switch (node.op) {
      case '&&':
      case '||': {
        const parts = all(flat(node, node.op), build, piece);
        return parts === undefined ? test(node, text) : { kind: node.op === '&&' ? 'all' : 'any', source: text, parts };
      }
      case '!_': {
        const [part] = all([node.args as ASTNode], build, piece) ?? [];
        return part === undefined ? test(node, text) : { kind: 'not', source: text, part };
      }
      case 'id': {
        const part = named(String(node.args));
        return part === undefined ? test(node, text) : { kind: 'named', source: text, part };
      }
      default:
        return test(node, text);
    }
  };
  const test = (node: ASTNode, text: string): Logic => {
    const names = new Set(termsIn(node).flatMap((term) => piece(term) ?? []));
    const terms = [...names].map((name) => ({ name, read: environment.parse(name) }));
    return { kind: 'test', source: text, run: environment.parse(text), terms };
  };
  return build(environment.parse(source).ast, source.trim());
}

/** Undefined where one of them cannot be taken out. */
function all(
  nodes: readonly ASTNode[],
  build: (node: ASTNode, text: string) => Logic,
  piece: (node: ASTNode) => string | undefined,
): Logic[] | undefined {
  const texts = nodes.map(piece);
  if (texts.includes(undefined)) return undefined;
  return nodes.map((node, index) => build(node, texts[index] ?? ''));
}

/** `a && b && c` is written as `(a && b) && c`. */
function flat(node: ASTNode, op: '&&' | '||'): ASTNode[] {
  return node.op === op ? (node.args as ASTNode[]).flatMap((part) => flat(part, op)) : [node];
}

/** The fields and calls that a test reads, as far as they can be read by themselves. */
function termsIn(node: ASTNode): ASTNode[] {
  if (isPath(node)) return [node];
  if (node.op === 'call' && node.args[0] === 'has') return termsOfAll(node.args[1]);
  if (node.op === 'call' && isSelfContained(node)) return [node];
  if (node.op === 'rcall') {
    const [, receiver, given] = node.args as [string, ASTNode, ASTNode[]];
    if (isRoot(receiver)) return [node];
    // What stands in `exists(item, …)` is about each item.
    return [...termsIn(receiver), ...(isMacro(node) ? [] : termsOfAll(given))];
  }
  return termsOfAll(node.args);
}

function termsOfAll(args: unknown): ASTNode[] {
  return [args].flat(3).flatMap((part) => (isNode(part) ? termsIn(part) : []));
}

const MACROS = new Set(['exists', 'exists_one', 'all', 'map', 'filter']);
const isMacro = (node: ASTNode): boolean => MACROS.has(String((node.args as unknown[])[0]));

/** A call of constants, as `param("TrigID")`. */
function isSelfContained(node: ASTNode): boolean {
  const [name, given] = node.args as [string, ASTNode[]];
  return (
    /^(?:param|number|flag|probability|age|separation)$/.test(name) &&
    given.every(({ op }) => op === 'value' || op === '-_')
  );
}

/** `alert.ra`, `thread.previous.ra`, `alert.classification["BNS"]`. */
function isPath(node: ASTNode): boolean {
  if (node.op !== '.' && node.op !== '[]') return false;
  const [of, key] = node.args as [ASTNode, unknown];
  if (node.op === '[]' && (!isNode(key) || key.op !== 'value')) return false;
  return isRoot(of) || isPath(of);
}

const isRoot = (node: ASTNode): boolean => node.op === 'id' && ROOTS.has(String(node.args));
