import { decimal } from '../angle.ts';
import type { Column, Group, Param, Table } from '../model.ts';
import { present } from '../present.ts';
import { attributeOf, childOf, childrenOf, textAt, type XmlElement } from '../xml/xml.ts';
import { unitOf } from './where.ts';

/** What the author measured. */
export interface What {
  /** Those at top level and those of groups, in document order. */
  readonly params: Param[];
  readonly groups: Group[];
  readonly tables: Table[];
}

/** Reads a `What` (VOEvent 2.0 §3.3). */
export function readWhat(what: XmlElement | undefined): What {
  const read: What = { params: [], groups: [], tables: [] };
  for (const child of what?.children ?? []) {
    if (child.name === 'Param') read.params.push(readParam(child, undefined));
    else if (child.name === 'Group') readGroup(child, read);
    else if (child.name === 'Table') read.tables.push(readTable(child));
  }
  return read;
}

/** No version has groups in groups, but some senders do: those of the inner one come after it, as a group of their own. */
function readGroup(element: XmlElement, into: What): void {
  const name = attributeOf(element, 'name');
  const params: Param[] = [];
  into.groups.push(
    present({
      name,
      type: attributeOf(element, 'type'),
      description: textAt(element, 'Description'),
      params,
    }),
  );
  for (const child of element.children) {
    if (child.name === 'Group') readGroup(child, into);
    if (child.name !== 'Param') continue;
    const param = readParam(child, name ?? '');
    params.push(param);
    into.params.push(param);
  }
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Written out, because most of what there is to map are Params. */
function readParam(element: XmlElement, group: string | undefined): Param {
  const { attributes } = element;
  const value = attributes.value?.trim() ?? childOf(element, 'Value')?.text ?? '';
  const param: Mutable<Param> = { name: attributes.name?.trim() ?? '', value };
  const number = decimal(value);
  if (number !== undefined) param.number = number;
  // VOEvent 1.0 wrote `units`.
  const unit = (attributes.unit ?? attributes.units)?.trim();
  if (unit) param.unit = unit;
  const ucd = attributes.ucd?.trim();
  if (ucd) param.ucd = ucd;
  const dataType = attributes.dataType?.trim();
  if (dataType) param.dataType = dataType;
  const utype = attributes.utype?.trim();
  if (utype) param.utype = utype;
  if (group !== undefined) param.group = group;
  const description = textAt(element, 'Description');
  if (description !== undefined) param.description = description;
  return param;
}

function readTable(element: XmlElement): Table {
  return present({
    name: attributeOf(element, 'name'),
    type: attributeOf(element, 'type'),
    description: textAt(element, 'Description'),
    params: childrenOf(element, 'Param').map((param) => readParam(param, undefined)),
    columns: childrenOf(element, 'Field').map(readColumn),
    rows: childrenOf(childOf(element, 'Data'), 'TR').map((row) => childrenOf(row, 'TD').map((cell) => cell.text)),
  });
}

function readColumn(element: XmlElement): Column {
  return present({
    name: attributeOf(element, 'name'),
    unit: unitOf(element),
    ucd: attributeOf(element, 'ucd'),
    dataType: attributeOf(element, 'dataType'),
    utype: attributeOf(element, 'utype'),
    description: textAt(element, 'Description'),
  });
}
