import { createHash } from 'node:crypto';
import { decimal } from '../alert/angle.ts';
import type { Decoded } from '../alert/decoded.ts';
import type { Alert, Citation, Group, Kind, Param } from '../alert/model.ts';
import { present } from '../alert/present.ts';
import type { AlertSettings } from './settings.ts';

/** All alerts of a test are about one event, unless they say otherwise. */
const THREAD = 'sample';

/**
 * A plain observation with these fields changed, as if a packet had said so: what follows from a field is set with it. The
 * time of its reception is left empty where it is not given.
 *
 * @param number of the alert in its test, from 1
 * @param time when it was written, where it does not say
 */
export function sampleAlert(given: AlertSettings, number: number, time: string, source: string): Decoded {
  const { params: writtenParams, ...fields } = given;
  const ivorn = given.ivorn ?? `ivo://org.example/sample#${number}`;
  const cut = ivorn.search(/[?#]/);
  const params = paramsOf(writtenParams ?? []);
  const role = given.role ?? 'observation';
  const date = given.date ?? time;
  const alert: Alert = {
    id: createHash('sha256')
      .update(JSON.stringify([number, given]))
      .digest('hex')
      .slice(0, 16),
    ...{ ivorn, format: 'voevent', version: '2.0', role, test: role === 'test', kind: kindOf(given.citations) },
    thread: THREAD,
    stream: ivorn.slice(0, cut === -1 ? undefined : cut).replace(/^ivo:\/\//i, ''),
    local: cut === -1 ? '' : ivorn.slice(cut + 1),
    ...{ instruments: [], params, groups: groupsOf(params), tables: [], citations: [], inferences: [], references: [] },
    ...{ date, time: date, source, receivedAt: '', raw: '' },
    ...present(fields as Partial<Alert>),
  };
  return { alert: Object.freeze(alert), threadKeys: [alert.thread] };
}

function paramsOf(written: NonNullable<AlertSettings['params']>): Param[] {
  const params = Array.isArray(written) ? written : Object.entries(written).map(([name, value]) => ({ name, value }));
  return params.map((param) => {
    const number = decimal(param.value);
    return { ...(number === undefined ? {} : { number }), ...param };
  });
}

function groupsOf(params: readonly Param[]): Group[] {
  const names = new Set(params.map(({ group }) => group).filter((group) => group !== undefined));
  return [...names].map((name) => ({ name, params: params.filter(({ group }) => group === name) }));
}

function kindOf(citations: readonly Pick<Citation, 'cite'>[] = []): Kind {
  if (citations.some(({ cite }) => cite === 'retraction')) return 'retraction';
  return citations.some(({ cite }) => cite === 'supersedes') ? 'update' : 'new';
}
