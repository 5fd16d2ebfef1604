import { type ComponentChildren, h, type JSX } from 'preact';

/** A column of a table. The first one holds what names the row. */
export interface Column<Row, Label = string> {
  readonly label: Label;
  readonly cell: (row: Row) => ComponentChildren;
  readonly isNumber?: boolean;
}

export interface TableParts<Row, Label = string> {
  /** Read out before the table; not shown where a heading says it. */
  readonly caption: string;
  readonly columns: readonly Column<Row, Label>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string | number;
  readonly classOf?: (row: Row) => string;
}

/**
 * A table that turns into a list of cards where it does not fit. The roles are said, because browsers take them away
 * from a table that is not laid out as one.
 */
export function cardTable<Row>({ caption, columns, rows, keyOf, classOf }: TableParts<Row>): JSX.Element {
  const headers = columns.map(({ label, isNumber }) =>
    h('th', { key: label, scope: 'col', role: 'columnheader', class: isNumber ? 'number' : undefined }, label),
  );
  const body = rows.map((row) =>
    h(
      'tr',
      { key: keyOf(row), role: 'row', class: classOf?.(row) },
      columns.map((column, index) => cell(column, row, index === 0)),
    ),
  );
  return h(
    'table',
    { class: 'cards', role: 'table' },
    h('caption', { class: 'unseen' }, caption),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, headers)),
    h('tbody', { role: 'rowgroup' }, body),
  );
}

function cell<Row>({ label, cell, isNumber }: Column<Row>, row: Row, isHeader: boolean): JSX.Element {
  if (isHeader) return h('th', { key: label, scope: 'row', role: 'rowheader' }, cell(row));
  const className = isNumber ? 'number' : undefined;
  return h('td', { key: label, role: 'cell', class: className, 'data-label': label }, cell(row));
}

/** A table as wide as it must be, in a region that scrolls sideways, also by keyboard. */
export function wideTable<Row>(
  parts: TableParts<Row, ComponentChildren> & { readonly shownCaption?: ComponentChildren },
): JSX.Element {
  const { caption, shownCaption, columns, rows, keyOf } = parts;
  const headers = columns.map(({ label, isNumber }, index) =>
    h('th', { key: index, scope: 'col', class: isNumber ? 'number' : undefined }, label),
  );
  const body = rows.map((row) =>
    h(
      'tr',
      { key: keyOf(row) },
      columns.map(({ cell, isNumber }, index) =>
        index === 0
          ? h('th', { key: index, scope: 'row' }, cell(row))
          : h('td', { key: index, class: isNumber ? 'number' : undefined }, cell(row)),
      ),
    ),
  );
  const captionClass = shownCaption === undefined ? 'unseen' : undefined;
  return h(
    'div',
    { class: 'scroll', role: 'group', 'aria-label': caption, tabIndex: 0 },
    h(
      'table',
      { class: 'wide' },
      h('caption', { class: captionClass }, shownCaption ?? caption),
      h('thead', null, h('tr', null, headers)),
      h('tbody', null, body),
    ),
  );
}
