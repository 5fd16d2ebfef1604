import type { XmlDocument, XmlElement } from 'libxml2-wasm';

/** An element with what can be changed about it. Either children or text. */
export interface Node {
  name: string;
  attributes: [name: string, value: string][];
  children: Node[];
  text: string;
}

/** The tree of a document that has no prefix but that of its root. */
export function treeOf({ root }: XmlDocument): Node {
  return nodeOf(root);
}

function nodeOf(element: XmlElement): Node {
  const children: Node[] = [];
  for (let child = element.firstChild; child !== null; child = child.next) {
    if ('attrs' in child) children.push(nodeOf(child as XmlElement));
  }
  const attributes = element.attrs.map(({ name, value }): [string, string] => [name, value]);
  return { name: element.name, attributes, children, text: children.length === 0 ? element.content : '' };
}

/** The document, its root in the namespace. */
export function serialize(root: Node, namespace: string): string {
  const attributes: Node['attributes'] = [['xmlns:voe', namespace], ...root.attributes];
  return write({ ...root, name: `voe:${root.name}`, attributes });
}

function write({ name, attributes, children, text }: Node): string {
  const escaped = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  const written = attributes.map(([key, value]) => ` ${key}="${escaped(value)}"`).join('');
  return `<${name}${written}>${escaped(text)}${children.map(write).join('')}</${name}>`;
}

/** Every element of the tree, the root first. */
export function nodesOf(tree: Node): Node[] {
  return [tree, ...tree.children.flatMap(nodesOf)];
}

/** What stands in for values and texts: good and bad ones of every type that the schemas know. */
export const VALUES = [
  ...[
    '',
    ' ',
    'x',
    'a b',
    '1',
    '-0.5',
    '1.5',
    ' 2.0 ',
    ' 2.1 ',
    '1,5',
    '1e',
    '.5',
    '1e400',
    'NaN',
    'INF',
    '+INF',
    '0x1f',
  ],
  ...['2026-11-22T10:00:00', ' 2026-11-22T10:00:00.123Z ', '2026-11-22', '2026-11-22 10:00:00', '2026-02-30T10:00:00'],
  ...[
    '2026-11-22T24:00:00',
    '2026-11-22T10:00:00+0000',
    '2026-11-22T10:00:00-15:00',
    'http://[',
    '%zz',
    'place',
    'utc',
  ],
];

/** A number below `below`, from a series that the seed fixes. */
export type Random = (below: number) => number;

/** Mulberry32. */
export function random(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** What a schema names, to be put into a tree. */
export interface Names {
  readonly elements: readonly string[];
  readonly attributes: readonly string[];
  /** Words that some attribute allows. */
  readonly words: readonly string[];
}

type Mutation = (tree: Node, names: Names, below: Random) => void;

const pick = <T>(from: readonly T[], below: Random): T | undefined => from[below(from.length)];

function pickInner(tree: Node, below: Random): { parent: Node; at: number } {
  const parents = nodesOf(tree).filter(({ children }) => children.length > 0);
  const parent = pick(parents, below) ?? tree;
  return { parent, at: below(parent.children.length) };
}

function put(parent: Node, node: Node | undefined, below: Random): void {
  if (node !== undefined) parent.children.splice(below(parent.children.length + 1), 0, node);
}

const MUTATIONS: readonly Mutation[] = [
  function remove(tree, _, below) {
    const { parent, at } = pickInner(tree, below);
    parent.children.splice(at, 1);
  },
  function duplicate(tree, _, below) {
    const { parent, at } = pickInner(tree, below);
    put(parent, structuredClone(parent.children[at]), below);
  },
  function move(tree, _, below) {
    const { parent, at } = pickInner(tree, below);
    const [node] = parent.children.splice(at, 1);
    put(pick(nodesOf(tree), below) ?? tree, node, below);
  },
  function swap(tree, _, below) {
    const { parent, at } = pickInner(tree, below);
    const [node] = parent.children.splice(at, 1);
    put(parent, node, below);
  },
  function shuffle(tree, _, below) {
    const { children } = pickInner(tree, below).parent;
    for (let at = children.length - 1; at > 0; at -= 1) children.push(...children.splice(below(at + 1), 1));
  },
  function rename(tree, { elements }, below) {
    const { parent, at } = pickInner(tree, below);
    const node = parent.children[at];
    if (node !== undefined) node.name = pick([...elements, 'voe:Param', node.name.toLowerCase()], below) ?? '';
  },
  function insertEmpty(tree, { elements }, below) {
    const node = { name: pick(elements, below) ?? '', attributes: [], children: [], text: pick(VALUES, below) ?? '' };
    put(pick(nodesOf(tree), below) ?? tree, node, below);
  },
  function insertCopy(tree, _, below) {
    const copy = structuredClone(pick(nodesOf(tree).slice(1), below));
    put(pick(nodesOf(tree), below) ?? tree, copy, below);
  },
  function empty(tree, _, below) {
    const node = pick(nodesOf(tree), below);
    if (node !== undefined) Object.assign(node, { children: [], text: '' });
  },
  function changeText(tree, _, below) {
    const leaves = nodesOf(tree).filter(({ children }) => children.length === 0);
    const node = pick(leaves, below);
    if (node !== undefined) node.text = pick(VALUES, below) ?? '';
  },
  function addText(tree, _, below) {
    const node = pick(nodesOf(tree), below);
    if (node !== undefined) node.text += pick([' ', 'text', '\n'], below);
  },
  function removeAttribute(tree, _, below) {
    const { attributes } = pickAttribute(tree, below);
    attributes.splice(below(attributes.length), 1);
  },
  function changeAttribute(tree, { words }, below) {
    const attribute = pick(pickAttribute(tree, below).attributes, below);
    if (attribute !== undefined) attribute[1] = pick([...VALUES, ...words], below) ?? '';
  },
  function addAttribute(tree, names, below) {
    const node = pick(nodesOf(tree), below) ?? tree;
    const name = pick([...names.attributes, 'voe:name', 'xml:lang', 'other'], below) ?? 'name';
    const kept = node.attributes.filter(([key]) => key !== name);
    node.attributes = [...kept, [name, pick(VALUES, below) ?? '']];
  },
];

function pickAttribute(tree: Node, below: Random): Node {
  return (
    pick(
      nodesOf(tree).filter(({ attributes }) => attributes.length > 0),
      below,
    ) ?? tree
  );
}

/** The tree after one, two or three changes. */
export function mutated(tree: Node, names: Names, below: Random): Node {
  const copy = structuredClone(tree);
  for (let changes = 1 + below(10) / 7; changes >= 1; changes -= 1) pick(MUTATIONS, below)?.(copy, names, below);
  return copy;
}
