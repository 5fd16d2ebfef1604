import { alertSchema, FORMATS } from '../model.ts';
import { draftFields, draftParamSchema } from './draft.ts';

/**
 * The draft in an alert as `voeventd parse` prints it: without what was read off other fields, and without what VOEvent
 * 2.0 and 2.1 have no place for (a reference's name, a dataType the value does not keep to). Anything else is given back
 * as it is.
 */
export function draftOfAlert(value: unknown): unknown {
  if (!isMap(value) || !FORMATS.some((format) => format === value.format)) return value;
  const own = Object.entries(value).filter(([key]) => !(key in alertSchema.shape) || key in draftFields.shape);
  return Object.fromEntries(own.map(([key, field]) => [key, FROM_ALERT[key]?.(field) ?? field]));
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const each = (change: (item: Record<string, unknown>) => unknown) => (list: unknown) =>
  Array.isArray(list) ? list.map((item) => (isMap(item) ? change(item) : item)) : list;

const paramsFromAlert = each(({ number: _, ...param }) => {
  const isKept = draftParamSchema.safeParse(param).success;
  const { dataType: __, ...untyped } = param;
  return isKept ? param : untyped;
});

const FROM_ALERT: Record<string, ((field: unknown) => unknown) | undefined> = {
  // GCN's JSON names no more than the frame; its times are UTC.
  system: (system) => (system === 'ICRS' ? 'UTC-ICRS-GEO' : system),
  params: paramsFromAlert,
  groups: each((group) => ({ ...group, params: paramsFromAlert(group.params) })),
  tables: each((table) => ({ ...table, params: paramsFromAlert(table.params) })),
  references: each(({ name: _, description: __, ...reference }) => reference),
};
