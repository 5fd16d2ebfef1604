import { type ComponentChildren, h, type JSX } from 'preact';

/** A name, and its value where there is one. */
export type Field = readonly [name: string, value: ComponentChildren];

/** Names and values; what has no value is left out. Undefined when nothing remains. */
export function fieldList(fields: readonly Field[]): JSX.Element | undefined {
  const known = fields.filter(([, value]) => value !== undefined && value !== null && value !== '');
  if (known.length === 0) return undefined;
  const pairs = known.map(([name, value]) => h('div', { key: name }, h('dt', null, name), h('dd', null, value)));
  return h('dl', { class: 'fields' }, pairs);
}

/** A part of the page under a heading; undefined when there is nothing in it. */
export function section(
  id: string,
  heading: ComponentChildren,
  ...children: ComponentChildren[]
): JSX.Element | undefined {
  if (children.every((child) => child === undefined || child === null || child === false)) return undefined;
  return h(
    'section',
    { id, key: id, 'aria-labelledby': `${id}-heading` },
    h('h2', { id: `${id}-heading` }, heading),
    children,
  );
}
