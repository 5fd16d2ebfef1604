import { createDecoder, DecodeError } from '../../../src/alert/decode.ts';
import type { Alert } from '../../../src/alert/model.ts';
import { present } from '../../../src/alert/present.ts';
import type { AlertRow } from '../../../src/web/model.ts';

export const BASE = 'https://alerts.example.org';
export const RECEIVED_AT = '2026-11-22T10:00:06.250Z';

const decoder = await createDecoder();
let seq = 0;

/** What the journal has of a packet, and the alert that the real decoder finds in it. */
export function read(packet: Buffer | string, topic?: string): { row: AlertRow; alert: Alert | undefined } {
  const bytes = Buffer.from(packet);
  seq += 1;
  const row: AlertRow = {
    ...{ seq, id: seq.toString(16).padStart(16, '0'), source: 'campus', receivedAt: RECEIVED_AT },
    ...{ bytes: bytes.length, isDecided: true, handlers: [] },
  };
  try {
    const alert = decoder.decode(bytes, { source: 'campus', receivedAt: RECEIVED_AT, ...(topic && { topic }) });
    const { ivorn, role, test, kind, format, stream, thread, date, time, ra, dec, errorRadius } = alert;
    const found = { ivorn, kind, format, stream, thread, date, time, ra, dec, errorRadius };
    return { row: { ...row, ...present(found), role: test ? 'test' : role }, alert };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { row: { ...row, problem: error.message }, alert: undefined };
  }
}
