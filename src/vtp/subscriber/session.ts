/**
 * The subscriber's side of VTP 2.0, as a function of what arrives: no socket, no clock, no disk. Each step takes the
 * session, one input and the time, and returns the session and what to do. `now` is the time by the system's clock, which
 * can be set, for stamps and for people; `steady` is that of a clock that nobody sets, and what is measured is measured by it.
 */

import { type Envelope, scanEnvelope } from '../../alert/envelope.ts';
import {
  buildTransport,
  FILTER_PARAM,
  MINI_INTEROP_NAMESPACE,
  parseTransport,
  type TransportMessage,
  type TransportParam,
} from '../message.ts';
import { type CommonOutput, note } from '../outputs.ts';
import { storedParams } from '../stored-url.ts';

/** `vtp`: the standard. `mini-interop`: what the eSTAR client spoke in 2006. */
export const DIALECTS = ['vtp', 'mini-interop'] as const;
export type Dialect = (typeof DIALECTS)[number];

export interface SessionSettings {
  /** Our ivorn, put into `Response`. */
  readonly identity: string | undefined;
  readonly dialect: Dialect;
  /** A peer that has sent no message for this long is dead (VTP 2.0 §7.4). */
  readonly silenceMs: number;
  /** XPath expressions: the broker is asked for events of which one holds (an extension of Comet's). */
  readonly filters?: readonly string[];
  /** Acks say that the packet can be read at this and `ID.xml`; in the dialect `vtp` alone. */
  readonly storedUrl?: string | undefined;
}

export interface Session {
  /** When the connection opened, in milliseconds since 1970. */
  readonly openedAt: number;
  readonly lastMessageAt: number | undefined;
  /** When the last message came, or the connection opened: steady. */
  readonly heardAt: number;
  readonly lastIamaliveAt: number | undefined;
  /** Events that arrived on this connection. */
  readonly events: number;
  /** The broker has been told our filters. */
  readonly hasAsked: boolean;
}

export type SessionOutput =
  | CommonOutput
  /** Keep these bytes; when they are on disk, and `acknowledge` is set, say so with `acknowledge()`. */
  | { readonly type: 'store'; readonly packet: Buffer; readonly envelope: Envelope; readonly acknowledge: boolean };

export interface Step {
  readonly session: Session;
  readonly outputs: readonly SessionOutput[];
}

/** A connection has just opened. */
export function openSession(now: number, steady = now): Session {
  const heard = { lastMessageAt: undefined, heardAt: steady, lastIamaliveAt: undefined };
  return { openedAt: now, ...heard, events: 0, hasAsked: false };
}

/** A whole message arrived. */
export function receive(session: Session, payload: Buffer, settings: SessionSettings, now: number, steady = now): Step {
  const step = understand(session, payload, settings, { now, steady });
  const { filters = [] } = settings;
  if (filters.length === 0 || step.session.hasAsked || step.session.lastMessageAt === undefined) return step;
  // A broker that begins with anything else than authenticate will not ask; ours may come at any time.
  const asking: SessionOutput = { type: 'send', payload: authenticate('', filters, settings, now) };
  return { session: { ...step.session, hasAsked: true }, outputs: [...step.outputs, asking] };
}

interface Moment {
  readonly now: number;
  readonly steady: number;
}

function heard(session: Session, { now, steady }: Moment): Session {
  return { ...session, lastMessageAt: now, heardAt: steady };
}

function understand(session: Session, payload: Buffer, settings: SessionSettings, moment: Moment): Step {
  const envelope = scanEnvelope(payload);
  switch (envelope.kind) {
    case 'voevent':
      if (envelope.role === 'iamalive') {
        // Brokers older than the Transport document ask with a VOEvent, and compare the answer byte for byte.
        return alive(session, moment, { type: 'send', payload });
      }
      return event(heard(session, moment), payload, envelope);
    case 'transport': {
      const message = parseTransport(payload);
      if (message === undefined) return ignore(session, payload, 'a Transport message that cannot be read');
      return transport(heard(session, moment), message, payload, settings, moment);
    }
    case 'unknown':
      return unknown(session, payload, envelope);
  }
}

/**
 * The acknowledgement of an event, to be sent once it is on disk (VTP 2.0 §6, §7.3).
 *
 * @param digest gives that of its element's bytes
 */
export function acknowledge(
  envelope: Envelope,
  digest: () => Uint8Array,
  settings: SessionSettings,
  now: number,
): string {
  return receipt(envelope.ivorn ?? '', settings, now, storedParams(settings.storedUrl, digest));
}

/** Time has passed. */
export function tick(session: Session, settings: SessionSettings, steady: number): Step {
  const quietMs = steady - session.heardAt;
  if (quietMs < settings.silenceMs) return { session, outputs: [] };
  const seconds = Math.round(quietMs / 1_000);
  return { session, outputs: [{ type: 'close', reason: `the broker sent nothing for ${seconds}s` }] };
}

function event(session: Session, packet: Buffer, envelope: Envelope): Step {
  return {
    session: { ...session, events: session.events + 1 },
    outputs: [{ type: 'store', packet, envelope, acknowledge: true }],
  };
}

function alive(session: Session, moment: Moment, answer: SessionOutput): Step {
  return { session: { ...heard(session, moment), lastIamaliveAt: moment.now }, outputs: [answer] };
}

function transport(
  session: Session,
  message: TransportMessage,
  payload: Buffer,
  settings: SessionSettings,
  moment: Moment,
): Step {
  const { now } = moment;
  switch (message.role) {
    case 'iamalive':
      return alive(session, moment, { type: 'send', payload: aliveAnswer(message, payload, settings, now) });
    case 'authenticate':
      return {
        session: { ...session, hasAsked: true },
        outputs: [{ type: 'send', payload: authenticateAnswer(message, settings, now) }],
      };
    case 'ack':
    case 'nak': {
      // A subscriber sends nothing that could be acknowledged; answering would start a dialogue of receipts.
      const reason = message.result === undefined ? '' : `: ${message.result}`;
      return {
        session,
        outputs: [
          note(message.role === 'nak' ? 'warn' : 'debug', `The broker sent an unasked ${message.role}${reason}`),
        ],
      };
    }
  }
}

/** VTP 2.0 §7.3: the same message with our identity and a new time stamp. The eSTAR client sent the very same bytes. */
function aliveAnswer(
  message: TransportMessage,
  payload: Buffer,
  settings: SessionSettings,
  now: number,
): string | Buffer {
  if (settings.dialect === 'mini-interop') return payload;
  return buildTransport({
    role: 'iamalive',
    origin: message.origin ?? '',
    response: settings.identity,
    timeStamp: new Date(now).toISOString(),
    ...mirrored(message),
  });
}

function authenticateAnswer(message: TransportMessage, settings: SessionSettings, now: number): string {
  if (settings.dialect === 'mini-interop') return receipt('', settings, now);
  return authenticate(message.origin ?? '', settings.filters ?? [], settings, now, mirrored(message));
}

function authenticate(
  origin: string,
  filters: readonly string[],
  { identity }: SessionSettings,
  now: number,
  style: ReturnType<typeof mirrored> = {},
): string {
  return buildTransport({
    role: 'authenticate',
    // Who asks without being asked names itself.
    origin: origin === '' ? (identity ?? '') : origin,
    response: identity,
    timeStamp: new Date(now).toISOString(),
    params: filters.map((value) => ({ name: FILTER_PARAM, value })),
    ...style,
  });
}

/** A peer that writes another namespace or version very likely wants to read it too. */
function mirrored(message: TransportMessage): { namespace?: string; version?: string } {
  return {
    ...(message.namespace === undefined ? {} : { namespace: message.namespace }),
    ...(message.version === '' ? {} : { version: message.version }),
  };
}

function receipt(
  origin: string,
  settings: SessionSettings,
  now: number,
  params: readonly TransportParam[] = [],
): string {
  const timeStamp = new Date(now).toISOString();
  if (settings.dialect === 'mini-interop') {
    // The eSTAR client named itself, not the event, and knew no Response.
    return buildTransport({
      role: 'ack',
      origin: settings.identity ?? '',
      timeStamp,
      namespace: MINI_INTEROP_NAMESPACE,
      version: '0.1',
    });
  }
  return buildTransport({ role: 'ack', origin, response: settings.identity, timeStamp, params });
}

/** Neither an event nor a Transport message: kept, so that nothing received is lost, but there is nothing to answer. */
function unknown(session: Session, packet: Buffer, envelope: Envelope): Step {
  return {
    session,
    outputs: [
      { type: 'store', packet, envelope, acknowledge: false },
      note(
        'warn',
        'The broker sent a document that is neither a VOEvent nor a Transport message; it is kept in quarantine',
        {
          bytes: packet.length,
          begins: excerpt(packet),
        },
      ),
    ],
  };
}

function ignore(session: Session, payload: Buffer, what: string): Step {
  return {
    session,
    outputs: [
      note('warn', `The broker sent ${what}; it is ignored`, { bytes: payload.length, begins: excerpt(payload) }),
    ],
  };
}

/** How a message begins, safe to print. */
function excerpt(payload: Buffer): string {
  return payload.toString('latin1', 0, 80).replace(/[^\x20-\x7e]+/g, ' ');
}
