import { plainDecimal, textNode, type XmlNode } from '../xml/write.ts';
import type { Draft, DraftGroup, DraftParam } from './draft.ts';

/** What `What` holds, in order. */
type Item = { readonly param: DraftParam } | { readonly group: OpenGroup };

interface OpenGroup {
  readonly name: string;
  readonly type?: string;
  readonly description?: string;
  readonly params: DraftParam[];
}

/** `What` (VOEvent 2.0 §3.3); `references` are those it holds for want of another place. */
export function composeWhat(draft: Draft, references: readonly XmlNode[]): XmlNode[] {
  const content = [
    ...arrange(draft.params ?? [], draft.groups ?? []).map((item) =>
      'param' in item ? paramNode(item.param) : groupNode(item.group),
    ),
    ...(draft.tables ?? []).map(tableNode),
    ...references,
  ];
  return content.length === 0 ? [] : [{ name: 'What', content }];
}

/**
 * The Params and groups in the order that `params` has. In an alert, a Param of a group stands in `params` and in
 * `groups`: it is one Param. One that stands in `params` only joins the first group of that name.
 */
function arrange(params: readonly DraftParam[], groups: readonly DraftGroup[]): Item[] {
  const open = groups.map((group) => ({
    group: { ...group, name: group.name ?? '', params: [...group.params] } as OpenGroup,
    unseen: group.params.map(identityOf),
  }));
  const items: Item[] = [];
  const placed = new Set<OpenGroup>();
  const place = (group: OpenGroup): void => {
    if (!placed.has(group)) items.push({ group });
    placed.add(group);
  };
  for (const param of params) {
    if (param.group === undefined) {
      items.push({ param });
      continue;
    }
    const name = param.group;
    const identity = identityOf(param);
    const same = open.find(({ group, unseen }) => group.name === name && unseen.includes(identity));
    if (same !== undefined) {
      same.unseen.splice(same.unseen.indexOf(identity), 1);
      place(same.group);
      continue;
    }
    let home = open.find(({ group }) => group.name === name);
    if (home === undefined) {
      home = { group: { name, params: [] }, unseen: [] };
      open.push(home);
    }
    home.group.params.push(param);
    place(home.group);
  }
  for (const { group } of open) place(group);
  return items;
}

function identityOf({ name, value, unit, ucd, dataType, utype, description }: DraftParam): string {
  return JSON.stringify([name, value, unit, ucd, dataType, utype, description]);
}

function paramNode({ name, value, unit, ucd, dataType, utype, description }: DraftParam): XmlNode {
  return {
    name: 'Param',
    attributes: {
      name: given(name),
      value: cellText(value),
      unit: given(unit),
      ucd: given(ucd),
      dataType: dataType ?? (typeof value === 'number' ? 'float' : undefined),
      utype: given(utype),
    },
    content: textNode('Description', description),
  };
}

function groupNode({ name, type, description, params }: OpenGroup): XmlNode {
  return {
    name: 'Group',
    attributes: { name: given(name), type: given(type) },
    content: [...textNode('Description', description), ...params.map(paramNode)],
  };
}

function tableNode({ name, type, description, params = [], columns, rows = [] }: NonNullable<Draft['tables']>[number]) {
  const fields = columns.map((column) => ({
    name: 'Field',
    attributes: {
      name: given(column.name),
      ucd: given(column.ucd),
      unit: given(column.unit),
      dataType: column.dataType,
      utype: given(column.utype),
    },
    content: textNode('Description', column.description),
  }));
  const data = rows.map((row) => ({
    name: 'TR',
    content: row.map((cell) => ({ name: 'TD', content: cellText(cell) })),
  }));
  return {
    name: 'Table',
    attributes: { name: given(name), type: given(type) },
    content: [
      ...textNode('Description', description),
      ...params.map(paramNode),
      ...fields,
      ...(data.length === 0 ? [] : [{ name: 'Data', content: data }]),
    ],
  };
}

/** An empty attribute says no more than none. */
function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function cellText(value: string | number | boolean): string {
  return typeof value === 'number' ? plainDecimal(value) : String(value);
}
