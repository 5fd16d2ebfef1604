import { SaxesParser } from 'saxes';

export interface Tree {
  /** The local name, behind the namespace in braces where there is one. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Tree[];
  readonly text: string;
}

/** The document as saxes reads it, which knows XML 1.0 with namespaces to the letter. @throws when it is not well-formed */
export function treeOf(document: string): Tree {
  const parser = new SaxesParser({ xmlns: true });
  const top = { name: '', attributes: {}, children: [] as Tree[], text: '' };
  const open = [top];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    const values = Object.entries(attributes).map(([name, { value }]) => [name, value]);
    const name = uri === '' ? local : `{${uri}}${local}`;
    const element = { name, attributes: Object.fromEntries(values), children: [], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  const append = (text: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  };
  parser.on('text', append);
  parser.on('cdata', append);
  parser.on('closetag', () => void open.pop());
  parser.write(document).close();
  const [root] = top.children;
  if (root === undefined) throw new Error('there is no root element');
  return root;
}

export const childrenOf = (element: Tree, name: string): Tree[] =>
  element.children.filter((child) => child.name === name);

/** The only child of that name. */
export function childOf(element: Tree, name: string): Tree {
  const [child, ...more] = childrenOf(element, name);
  if (child === undefined || more.length > 0) throw new Error(`<${element.name}> has not one <${name}>`);
  return child;
}
