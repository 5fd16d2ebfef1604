import { type ComponentChildren, h, type JSX } from 'preact';
import type { Alert, Group, Param, Table } from '../../alert/model.ts';
import { section } from './fields.ts';
import { type Column, wideTable } from './table.ts';
import { shown, shownAddress, shownLines } from './text.ts';

type Numbered = Param & { readonly index: number };
type Row = { readonly index: number; readonly cells: readonly string[] };

const unlessEmpty = (text: string | undefined) => (text === undefined || text === '' ? undefined : shown(text, 1_000));

/** What was measured: Params, Groups and Tables. */
export function measuredSections({ params, groups, tables }: Pick<Alert, 'params' | 'groups' | 'tables'>) {
  const loose = params.filter(({ group }) => group === undefined);
  return section(
    'what',
    'What',
    loose.length === 0 ? undefined : paramTable(loose, 'Params'),
    groups.length === 0 ? undefined : groups.map(groupPart),
    tables.length === 0 ? undefined : tables.map(tablePart),
  );
}

function groupPart({ name, type, description, params }: Group, index: number): JSX.Element {
  const label = `Group ${index + 1}`;
  const caption = [`Group `, unlessEmpty(name) ?? '(unnamed)', type === undefined ? undefined : [' · ', shown(type)]];
  const told = description === undefined ? undefined : h('p', { class: 'prose' }, shownLines(description));
  if (params.length === 0) return h('div', { key: `group ${index}` }, h('p', null, caption, ': no Params'), told);
  return h('div', { key: `group ${index}` }, paramTable(params, label, caption), told);
}

function paramTable(params: readonly Param[], caption: string, shownCaption?: ComponentChildren): JSX.Element {
  const columns: Column<Numbered>[] = [
    { label: 'Name', cell: ({ name }) => unlessEmpty(name) ?? '(no name)' },
    { label: 'Value', cell: ({ value }) => shownValue(value) },
    { label: 'Unit', cell: ({ unit }) => unlessEmpty(unit) },
    { label: 'UCD', cell: ({ ucd }) => unlessEmpty(ucd) },
    { label: 'Type', cell: ({ dataType }) => unlessEmpty(dataType) },
    { label: 'UType', cell: ({ utype }) => unlessEmpty(utype) },
    {
      label: 'Description',
      cell: ({ description }) => (description === undefined ? undefined : shownLines(description, 2_000)),
    },
  ];
  const rows = params.map((param, index) => ({ ...param, index }));
  return wideTable<Numbered>({
    caption,
    shownCaption: shownCaption ?? caption,
    columns: columns.filter(({ cell }, index) => index < 2 || rows.some((row) => cell(row) !== undefined)),
    rows,
    keyOf: ({ index }) => index,
  });
}

/** Web addresses are links here too. */
function shownValue(value: string): JSX.Element {
  return /^https?:\/\//i.test(value) ? shownAddress(value) : shown(value, 2_000);
}

function tablePart(table: Table, index: number): JSX.Element {
  const { name, type, description, params, columns, rows } = table;
  const caption = ['Table ', unlessEmpty(name) ?? '(unnamed)', type === undefined ? undefined : [' · ', shown(type)]];
  return h('div', { key: `table ${index}` }, [
    columns.length === 0
      ? h('p', null, caption, ': no columns')
      : dataTable(rows, columns, `Table ${index + 1}`, caption),
    description === undefined ? undefined : h('p', { class: 'prose' }, shownLines(description)),
    params.length === 0 ? undefined : paramTable(params, `Params of table ${index + 1}`),
    columnsList(columns),
  ]);
}

function dataTable(
  rows: Table['rows'],
  columns: Table['columns'],
  caption: string,
  shownCaption: ComponentChildren,
): JSX.Element {
  return wideTable<Row>({
    caption,
    shownCaption,
    columns: columns.map(({ name, unit }, at) => ({
      label: columnLabel(name, unit, at),
      cell: ({ cells }) => unlessEmpty(cells[at]),
    })),
    rows: rows.map((cells, index) => ({ index, cells })),
    keyOf: ({ index }) => index,
  });
}

function columnLabel(name: string | undefined, unit: string | undefined, at: number): ComponentChildren {
  return [unlessEmpty(name) ?? `column ${at + 1}`, unit === undefined ? undefined : h('small', null, shown(unit, 100))];
}

/** What the header of a table has no room for. */
function columnsList(columns: Table['columns']): JSX.Element | undefined {
  const told = columns.filter(({ ucd, dataType, utype, description }) => ucd ?? dataType ?? utype ?? description);
  if (told.length === 0) return undefined;
  const items = told.map(({ name, ucd, dataType, utype, description }, index) =>
    h('li', { key: index }, [
      h('b', null, unlessEmpty(name) ?? '(no name)'),
      [ucd, dataType, utype].map((word) => (word === undefined ? undefined : [' ', h('code', null, shown(word))])),
      description === undefined ? undefined : [' ', shownLines(description, 2_000)],
    ]),
  );
  return h('details', null, h('summary', null, 'Its columns'), h('ul', null, items));
}
