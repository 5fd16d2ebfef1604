/**
 * The broker's side of a submission (VTP 2.0 §7.2), as a function of what arrives: no socket, no clock, no disk, no XML
 * library. Each step takes the session, one input and the time, and returns the session and what to do.
 */

import { type Envelope, scanEnvelope } from '../../alert/envelope.ts';
import { formatDuration } from '../../common/durations.ts';
import type { FrameEvent } from '../frame.ts';
import { buildTransport, parseTransport, type TransportFields } from '../message.ts';
import { type CommonOutput, note } from '../outputs.ts';
import { storedParams } from '../stored-url.ts';

export interface ReceiverSessionSettings {
  /** Our ivorn, put into `Response`. */
  readonly identity: string;
  /** How long a whole message may take from its first byte; and the first one from the connection's begin. */
  readonly timeoutMs: number;
  /** How long an author may be silent between events; undefined: the connection ends with the first event. */
  readonly keepOpenMs: number | undefined;
  readonly maxFrame: number;
  /** Acks say that the packet can be read at this and `ID.xml`. */
  readonly storedUrl?: string | undefined;
}

export interface ReceiverSession {
  /** When the author last sent an event or was answered, or connected: steady. */
  readonly quietSince: number;
  /** Since when a message has been arriving: steady. */
  readonly frameSince: number | undefined;
  /** Events that have no answer yet. */
  readonly pending: number;
  /** Events that arrived on this connection. */
  readonly events: number;
  /** `ended`: the author sends no more, and is answered what is pending. `closing`: nothing more is taken or said. */
  readonly state: 'open' | 'ended' | 'closing';
}

export type ReceiverOutput =
  | CommonOutput
  /** Look whether this can be taken; come back with `examined`. */
  | { readonly type: 'examine'; readonly packet: Buffer; readonly envelope: Envelope }
  /** Keep these bytes; come back with `stored` when they are on disk. */
  | { readonly type: 'store'; readonly packet: Buffer; readonly envelope: Envelope };

export interface ReceiverStep {
  readonly session: ReceiverSession;
  readonly outputs: readonly ReceiverOutput[];
}

/** An author has just connected. */
export function openReceiverSession(steady: number): ReceiverSession {
  return { quietSince: steady, frameSince: undefined, pending: 0, events: 0, state: 'open' };
}

/** Something arrived. */
export function submitted(
  session: ReceiverSession,
  event: FrameEvent,
  settings: ReceiverSessionSettings,
  now: number,
  steady = now,
): ReceiverStep {
  if (session.state === 'closing') return { session, outputs: [] };
  const moment = { now, steady };
  switch (event.type) {
    case 'message':
      return message(session, event.payload, settings, moment);
    case 'empty':
      return { session, outputs: [] };
    case 'little-endian':
      return {
        session,
        outputs: [note('warn', 'The author writes lengths in little-endian order, against VTP 2.0 §3')],
      };
    case 'oversized': {
      if (hasItsEvent(session, settings)) return { session, outputs: [] };
      const { ivorn } = scanEnvelope(event.head);
      const reason = `It has ${event.length} bytes; no more than ${settings.maxFrame} are taken here`;
      return refuse(arrived(session, steady), ivorn, reason, settings, moment);
    }
    case 'absurd':
      return close(session, `it announced a message of ${event.length} bytes, which no author sends`);
  }
}

/** The packet has been looked at. @param problem why it is not taken */
export function examined(
  session: ReceiverSession,
  packet: Buffer,
  envelope: Envelope,
  problem: string | undefined,
  settings: ReceiverSessionSettings,
  now: number,
  steady = now,
): ReceiverStep {
  // Nobody would hear the answer: the event comes again.
  if (session.state === 'closing') return { session, outputs: [] };
  if (problem !== undefined) return refuse(session, envelope.ivorn, problem, settings, { now, steady });
  return { session, outputs: [{ type: 'store', packet, envelope }] };
}

/**
 * The packet is on disk, now or since long: a duplicate is acknowledged too (VTP 2.0 §6.3).
 *
 * @param digest gives that of its element's bytes
 */
export function stored(
  session: ReceiverSession,
  envelope: Envelope,
  digest: () => Uint8Array,
  settings: ReceiverSessionSettings,
  now: number,
  steady = now,
): ReceiverStep {
  if (session.state === 'closing') return { session, outputs: [] };
  const params = storedParams(settings.storedUrl, digest);
  return answer(session, receipt('ack', envelope.ivorn, { params }, settings, now), settings, steady);
}

/** The packet can be neither taken nor refused now: without an answer its author will try again (VTP 2.0 §7.1). */
export function gaveUp(session: ReceiverSession, reason: string): ReceiverStep {
  return close(session, reason);
}

/** The author sends no more. */
export function ended(session: ReceiverSession, reason: string): ReceiverStep {
  if (session.pending === 0 || session.state === 'closing') return close(session, reason);
  return { session: { ...session, state: 'ended' }, outputs: [] };
}

/** Time has passed. @param isMidFrame whether a message has begun to arrive and not ended */
export function tick(
  session: ReceiverSession,
  isMidFrame: boolean,
  { timeoutMs, keepOpenMs }: ReceiverSessionSettings,
  steady: number,
): ReceiverStep {
  const frameSince = isMidFrame ? (session.frameSince ?? steady) : undefined;
  const next = { ...session, frameSince };
  if (frameSince !== undefined && steady - frameSince >= timeoutMs) {
    return close(next, `a message was still not whole after ${formatDuration(timeoutMs)}`);
  }
  const isFirst = session.events === 0;
  const quietMs = isFirst || session.pending > 0 ? timeoutMs : (keepOpenMs ?? timeoutMs);
  if (steady - session.quietSince < quietMs) return { session: next, outputs: [] };
  // Without an answer its author tries again, later or elsewhere (VTP 2.0 §7.1).
  if (session.pending > 0) return close(next, `an event could not be kept within ${formatDuration(timeoutMs)}`);
  return close(next, `the author sent ${isFirst ? 'nothing' : 'nothing more'} for ${formatDuration(quietMs)}`);
}

interface Moment {
  readonly now: number;
  readonly steady: number;
}

function message(
  session: ReceiverSession,
  payload: Buffer,
  settings: ReceiverSessionSettings,
  moment: Moment,
): ReceiverStep {
  const envelope = scanEnvelope(payload);
  switch (envelope.kind) {
    case 'voevent':
      // Older than the Transport document; compared byte for byte.
      if (envelope.role === 'iamalive') return { session, outputs: [{ type: 'send', payload }] };
      if (hasItsEvent(session, settings)) return { session, outputs: [] };
      return { session: arrived(session, moment.steady), outputs: [{ type: 'examine', packet: payload, envelope }] };
    case 'transport':
      return transport(session, payload, settings, moment.now);
    case 'unknown':
      if (hasItsEvent(session, settings)) return { session, outputs: [] };
      return refuse(arrived(session, moment.steady), undefined, 'It is no VOEvent', settings, moment);
  }
}

/** One event a connection (VTP 2.0 §7.1): what comes after it gets no answer, and its author sends it again. */
function hasItsEvent(session: ReceiverSession, { keepOpenMs }: ReceiverSessionSettings): boolean {
  return keepOpenMs === undefined && session.events > 0;
}

function arrived(session: ReceiverSession, steady: number): ReceiverSession {
  return { ...session, quietSince: steady, events: session.events + 1, pending: session.pending + 1 };
}

function transport(
  session: ReceiverSession,
  payload: Buffer,
  settings: ReceiverSessionSettings,
  now: number,
): ReceiverStep {
  const message = parseTransport(payload);
  switch (message?.role) {
    case 'iamalive':
    case 'authenticate': {
      const { role, origin = '' } = message;
      const timeStamp = new Date(now).toISOString();
      const payload = buildTransport({ role, origin, response: settings.identity, timeStamp });
      return { session, outputs: [{ type: 'send', payload }] };
    }
    case 'ack':
    case 'nak':
      return { session, outputs: [note('debug', `The author sent an unasked ${message.role}`)] };
    case undefined:
      return close(session, 'the author sent a Transport message that cannot be read');
  }
}

function refuse(
  session: ReceiverSession,
  ivorn: string | undefined,
  reason: string,
  settings: ReceiverSessionSettings,
  { now, steady }: Moment,
): ReceiverStep {
  const name = ivorn ?? 'a document without an ivorn';
  const told = note('warn', `Refused ${name}: ${reason}`, ivorn === undefined ? {} : { ivorn });
  const step = answer(session, receipt('nak', ivorn, { result: reason }, settings, now), settings, steady);
  return { session: step.session, outputs: [told, ...step.outputs] };
}

function answer(
  session: ReceiverSession,
  payload: string,
  { keepOpenMs }: ReceiverSessionSettings,
  steady: number,
): ReceiverStep {
  const next = { ...session, pending: session.pending - 1, quietSince: steady };
  const sent: ReceiverOutput = { type: 'send', payload };
  const isLast = keepOpenMs === undefined || (session.state === 'ended' && next.pending === 0);
  if (!isLast) return { session: next, outputs: [sent] };
  return {
    session: { ...next, state: 'closing' },
    outputs: [sent, { type: 'close', reason: 'the event has its answer' }],
  };
}

function receipt(
  role: 'ack' | 'nak',
  ivorn: string | undefined,
  meta: Pick<TransportFields, 'params' | 'result'>,
  { identity }: ReceiverSessionSettings,
  now: number,
): string {
  const timeStamp = new Date(now).toISOString();
  return buildTransport({ role, origin: ivorn?.trim() ?? '', response: identity, timeStamp, ...meta });
}

function close(session: ReceiverSession, reason: string): ReceiverStep {
  if (session.state === 'closing') return { session, outputs: [] };
  return { session: { ...session, state: 'closing' }, outputs: [{ type: 'close', reason }] };
}
