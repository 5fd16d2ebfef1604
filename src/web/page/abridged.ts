import type { Alert, Table } from '../../alert/model.ts';

type Fields = Omit<Alert, 'raw'>;

export interface Abridged {
  readonly alert: Fields;
  /** Whether something was left out. */
  readonly isCut: boolean;
}

/** Params in all; and groups, tables, references, inferences, each. */
const MOST_PARTS = 1_000;
const MOST_COLUMNS = 100;
/** Of all tables together. */
const MOST_CELLS = 20_000;
/** Kinds of event, and properties. */
const MOST_NAMED = 200;

/**
 * What a page has room for. A packet of half a megabyte can hold 60 000 Params, or a table of 25 000 columns and 50 000
 * rows, all of them empty: what the author did not need to write out, the page would have to.
 */
export function abridged(alert: Fields): Abridged {
  let isCut = false;
  const first = <Item>(list: readonly Item[], most = MOST_PARTS): Item[] => {
    isCut ||= list.length > most;
    return list.slice(0, most);
  };
  const named = (record: Readonly<Record<string, number>>) =>
    Object.fromEntries(first(Object.entries(record), MOST_NAMED));
  let paramsLeft = MOST_PARTS;
  const params = <Item>(list: readonly Item[]): Item[] => {
    const taken = first(list, paramsLeft);
    paramsLeft -= taken.length;
    return taken;
  };
  let cellsLeft = MOST_CELLS;
  const table = (whole: Table): Table => {
    const columns = first(whole.columns, MOST_COLUMNS);
    const rows = first(whole.rows, Math.floor(cellsLeft / Math.max(1, columns.length)));
    cellsLeft -= rows.length * columns.length;
    return { ...whole, columns, rows, params: params(whole.params) };
  };
  const { classification, properties } = alert;
  const shown = {
    ...alert,
    params: params(alert.params.filter(({ group }) => group === undefined)),
    groups: first(alert.groups).map((group) => ({ ...group, params: params(group.params) })),
    tables: first(alert.tables).map(table),
    references: first(alert.references),
    inferences: first(alert.inferences),
    ...(classification === undefined ? {} : { classification: named(classification) }),
    ...(properties === undefined ? {} : { properties: named(properties) }),
  };
  return { alert: shown, isCut };
}
