import { isIvoid } from '../ivoid.ts';
import { alertSchema, FORMATS } from '../model.ts';
import { draftFields, draftParamSchema } from './draft.ts';

/**
 * The draft in an alert as `voeventd parse` prints it: without what was read off other fields, and without what VOEvent
 * 2.0 and 2.1 have no place for (a reference's name, a dataType the value does not keep to, a citation by another name than
 * an identifier). Anything else is given back as it is.
 */
export function draftOfAlert(value: unknown): unknown {
  if (!isMap(value) || !FORMATS.some((format) => format === value.format)) return value;
  const own = Object.entries(value).filter(([key]) => !(key in alertSchema.shape) || key in draftFields.shape);
  const draft = Object.fromEntries(own.map(([key, field]) => [key, FROM_ALERT[key]?.(field) ?? field]));
  if (draft.time === draft.timeStart) return draft;
  // The time of an event within the time of its observation, as JSON has it: a VOEvent has but one.
  const { timeStart: _, timeStop: __, ...instant } = draft;
  return draft.time === undefined ? draft : instant;
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
  // What JSON alerts cite by other names than identifiers stands in their params too.
  citations: (list) =>
    Array.isArray(list) ? list.filter((cited) => !isMap(cited) || isIvoid(String(cited.ivorn))) : list,
  references: each(({ name: _, description: __, ...reference }) => reference),
};
