/**
 * The broker's side of a subscription (VTP 2.0 §7.3), as a function of what arrives: no socket, no clock, no queue. Each
 * step takes the session, one input and the time, and returns the session and what to do. `now` is the time by the system's
 * clock, which can be set; `steady` is that of a clock that nobody sets, and what is measured is measured by it.
 */

import { scanEnvelope } from '../../alert/envelope.ts';
import { formatDuration } from '../../common/durations.ts';
import type { FrameEvent } from '../frame.ts';
import {
  buildTransport,
  MAX_FILTER_LENGTH,
  MAX_FILTERS,
  parseTransport,
  quickAck,
  type TransportMessage,
} from '../message.ts';
import { type CommonOutput, note } from '../outputs.ts';

export interface BroadcastSessionSettings {
  /** Our ivorn, put into `Origin`. */
  readonly identity: string;
  /** Between two iamalives; and how long a receipt may take. */
  readonly iamaliveMs: number;
  /** So many receipts that have not come in that time end the connection. */
  readonly maxUnacknowledged: number;
}

export interface BroadcastSession {
  /** When the subscriber connected. Milliseconds since 1970. */
  readonly since: number;
  readonly lastMessageAt: number | undefined;
  /** When it was last asked whether it is alive, or connected: steady. */
  readonly askedAt: number;
  /** It was asked, and has not answered. */
  readonly isAsked: boolean;
  /** Who it says it is. */
  readonly identity: string | undefined;
  readonly receipts: number;
}

export type BroadcastOutput =
  | CommonOutput
  /** A receipt for the alert of this name, or, where it names none of ours, for the oldest that waits for one. */
  | { readonly type: 'receipt'; readonly origin: string | undefined }
  /** The subscriber said who it is, and which alerts it wants: those on which one of the filters holds, or all. */
  | { readonly type: 'authenticated'; readonly filters: readonly string[] };

export interface BroadcastStep {
  readonly session: BroadcastSession;
  readonly outputs: readonly BroadcastOutput[];
}

/** A subscriber has just connected: it is asked who it is, and may answer with its filters. */
export function openBroadcastSession({ identity }: BroadcastSessionSettings, now: number, steady = now): BroadcastStep {
  const payload = buildTransport({ role: 'authenticate', origin: identity, timeStamp: new Date(now).toISOString() });
  return {
    session: {
      since: now,
      lastMessageAt: undefined,
      askedAt: steady,
      isAsked: false,
      identity: undefined,
      receipts: 0,
    },
    outputs: [{ type: 'send', payload }],
  };
}

/** Something arrived. */
export function heard(
  session: BroadcastSession,
  event: FrameEvent,
  settings: BroadcastSessionSettings,
  now: number,
): BroadcastStep {
  switch (event.type) {
    case 'message':
      return message({ ...session, lastMessageAt: now }, event.payload, settings, now);
    case 'empty':
      return { session, outputs: [] };
    case 'little-endian':
      return {
        session,
        outputs: [
          note('warn', 'The subscriber writes lengths in little-endian order, against VTP 2.0 §3; it is answered so'),
        ],
      };
    case 'oversized':
      return { session, outputs: [note('warn', `A message of ${event.length} bytes was discarded`)] };
    case 'absurd':
      return close(session, `it announced a message of ${event.length} bytes, which no subscriber sends`);
  }
}

/** Time has passed. @param overdue how many alerts have waited longer than `iamaliveMs` for their receipt */
export function tick(
  session: BroadcastSession,
  overdue: number,
  { identity, iamaliveMs, maxUnacknowledged }: BroadcastSessionSettings,
  now: number,
  steady = now,
): BroadcastStep {
  if (steady - session.askedAt < iamaliveMs) return { session, outputs: [] };
  const interval = formatDuration(iamaliveMs);
  if (session.isAsked) return close(session, `it has not answered an iamalive for ${interval}`);
  if (overdue >= maxUnacknowledged) {
    return close(session, `it owes receipts for ${overdue} alerts sent more than ${interval} ago`);
  }
  // At intervals whatever else is sent: §5 wants one after silence, §7.3 regularly, and this is both.
  const payload = buildTransport({ role: 'iamalive', origin: identity, timeStamp: new Date(now).toISOString() });
  return { session: { ...session, askedAt: steady, isAsked: true }, outputs: [{ type: 'send', payload }] };
}

/** What tells a subscriber that its filters, or some of them, are not heeded. */
export function filterComplaint(
  session: BroadcastSession,
  reason: string,
  { identity }: BroadcastSessionSettings,
  now: number,
): string {
  const timeStamp = new Date(now).toISOString();
  return buildTransport({ role: 'nak', origin: session.identity ?? '', response: identity, timeStamp, result: reason });
}

function message(
  session: BroadcastSession,
  payload: Buffer,
  settings: BroadcastSessionSettings,
  now: number,
): BroadcastStep {
  const ack = quickAck(payload);
  if (ack !== undefined) return receipt(session, ack.origin, []);
  const transport = parseTransport(payload);
  if (transport !== undefined) return understand(session, transport, settings, now);
  const envelope = scanEnvelope(payload);
  // The eSTAR client sends back what it was asked with.
  if (envelope.role === 'iamalive') return { session: { ...session, isAsked: false }, outputs: [] };
  const what = envelope.kind === 'voevent' ? 'an event, which belongs to a receiver' : 'what is no Transport message';
  return { session, outputs: [note('warn', `The subscriber sent ${what}; it is ignored`, { bytes: payload.length })] };
}

function understand(
  session: BroadcastSession,
  message: TransportMessage,
  settings: BroadcastSessionSettings,
  now: number,
): BroadcastStep {
  switch (message.role) {
    case 'iamalive': {
      // Its own question names itself; the answer to ours names us (VTP 2.0 §7.3).
      const isAnswer = session.isAsked || message.origin === settings.identity;
      const identity = session.identity ?? message.response;
      if (isAnswer) return { session: { ...session, identity, isAsked: false }, outputs: [] };
      const timeStamp = new Date(now).toISOString();
      const { origin = '' } = message;
      const payload = buildTransport({ role: 'iamalive', origin, response: settings.identity, timeStamp });
      return { session, outputs: [{ type: 'send', payload }] };
    }
    case 'authenticate':
      return authenticated(session, message, settings);
    case 'ack':
      return receipt(session, message.origin, []);
    case 'nak': {
      const reason = message.result === undefined ? '' : `: ${message.result}`;
      const told = note('warn', `The subscriber refuses ${message.origin ?? 'an alert'}${reason}`);
      return receipt(session, message.origin, [told]);
    }
  }
}

function authenticated(
  session: BroadcastSession,
  message: TransportMessage,
  { identity }: BroadcastSessionSettings,
): BroadcastStep {
  const given = message.response ?? (message.origin === identity ? undefined : message.origin);
  const filters = message.filters.filter((text) => text.length <= MAX_FILTER_LENGTH).slice(0, MAX_FILTERS);
  const left = message.filters.length - filters.length;
  const limits = `no more than ${MAX_FILTERS} filters of ${MAX_FILTER_LENGTH} characters are taken`;
  const told = left === 0 ? [] : [note('warn', `${left} filters of the subscriber are not used: ${limits}`)];
  return {
    session: { ...session, identity: given ?? session.identity },
    outputs: [...told, { type: 'authenticated', filters }],
  };
}

function receipt(
  session: BroadcastSession,
  origin: string | undefined,
  notes: readonly BroadcastOutput[],
): BroadcastStep {
  return {
    session: { ...session, receipts: session.receipts + 1 },
    outputs: [...notes, { type: 'receipt', origin }],
  };
}

function close(session: BroadcastSession, reason: string): BroadcastStep {
  return { session, outputs: [{ type: 'close', reason }] };
}
