/**
 * What a broker's message says to an author who has just sent an event (VTP 2.0 §6, §7.1), as a function of the bytes:
 * no socket, no clock.
 */

import { scanEnvelope } from '../alert/envelope.ts';
import type { FrameEvent } from './frame.ts';
import { parseTransport, type TransportMessage } from './message.ts';
import { openSession, receive, type SessionSettings } from './subscriber/session.ts';

/** The broker's word on our event; `by` is who it says it is. */
export type Receipt =
  | { readonly state: 'acknowledged'; readonly by: string | undefined }
  /** For good: a nak is not a reason to try again (VTP 2.0 §6.3). */
  | { readonly state: 'refused'; readonly by: string | undefined; readonly reason: string | undefined };

export type Answer =
  | { readonly type: 'receipt'; readonly receipt: Receipt }
  /** It asked something meanwhile, such as whether we are alive. */
  | { readonly type: 'question'; readonly reply: string | Buffer }
  /** Nothing about our event. `what` is a clause: `it sent an ack for …`. */
  | { readonly type: 'other'; readonly what: string }
  /** Nothing after it can be read. */
  | { readonly type: 'lost'; readonly reason: string };

/** An author has no name of its own in the protocol, and times its broker itself. */
const AUTHOR: SessionSettings = { identity: undefined, dialect: 'vtp', silenceMs: Number.POSITIVE_INFINITY };

/** Reads what the broker sent after the event with this ivorn; undefined when that is nothing at all. */
export function readAnswer(event: FrameEvent, ivorn: string, now: number): Answer | undefined {
  switch (event.type) {
    case 'message':
      return readMessage(event.payload, ivorn, now);
    case 'oversized':
      return { type: 'other', what: `it sent a message of ${event.length} bytes, and a receipt has a few hundred` };
    case 'absurd': {
      const reason = `it announced a message of ${event.length} bytes, which no broker sends: it does not speak VTP`;
      return { type: 'lost', reason };
    }
    case 'empty':
    case 'little-endian':
      return undefined;
  }
}

function readMessage(payload: Buffer, ivorn: string, now: number): Answer {
  const message = parseTransport(payload);
  if (message?.role === 'ack' || message?.role === 'nak') return receiptOf(message, ivorn);
  // It may ask what it asks its subscribers, and is answered as they do.
  const { outputs } = receive(openSession(now), payload, AUTHOR, now);
  const reply = outputs.find((output) => output.type === 'send');
  if (reply !== undefined) return { type: 'question', reply: reply.payload };
  const isAlert = scanEnvelope(payload).kind === 'voevent';
  const what = isAlert ? 'it sent an alert, as to a subscriber' : `it sent what is no receipt: ${excerpt(payload)}`;
  return { type: 'other', what };
}

/** A receipt is one for the event that its Origin names, and for no other (VTP 2.0 §6). */
function receiptOf({ role, origin, response, result }: TransportMessage, ivorn: string): Answer {
  if (origin !== ivorn.trim()) {
    const subject = origin === undefined ? 'an event that it does not name' : `another event, ${origin}`;
    const reason = result === undefined ? '' : `: ${result}`;
    return { type: 'other', what: `it sent ${role === 'ack' ? 'an ack' : 'a nak'} for ${subject}${reason}` };
  }
  const by = response;
  return {
    type: 'receipt',
    receipt: role === 'ack' ? { state: 'acknowledged', by } : { state: 'refused', by, reason: result },
  };
}

/** How a message begins, in quotes. */
function excerpt(payload: Buffer): string {
  return JSON.stringify(payload.toString('latin1', 0, 60).replace(/[^\x20-\x7e]+/g, ' '));
}
