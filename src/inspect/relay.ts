import type { XmlDocument } from 'libxml2-wasm';
import type { Decoder } from '../alert/decode.ts';
import { scanEnvelope } from '../alert/envelope.ts';
import type { Alert } from '../alert/model.ts';
import { createGate } from '../alert/xml/gate.ts';
import { createXPathCompiler, type XPathFilter } from '../alert/xml/xpath.ts';
import { messageOf } from '../common/errors.ts';
import type { Filter } from '../rules/filter.ts';
import type { Verdict } from './messages.ts';

export interface StoredPacket {
  readonly packet: Buffer;
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** Decides what of the journal goes out to subscribers. */
export interface RelayDesk {
  /**
   * Loads what the rules need, and goes by them from when it resolves.
   *
   * @param rule in CEL, already checked @param compose whether other formats go out as composed VOEvents
   */
  configure(rule: string | undefined, compose: boolean): Promise<void>;
  /** @returns why the filter cannot be used, or undefined */
  addFilter(id: number, text: string): string | undefined;
  removeFilter(id: number): void;
  /**
   * Gives the verdict at once, and then looks at the filters, saying at each which one it is.
   *
   * @returns ids of the filters that hold, and of those that took too long; none when the alert is not handed on
   */
  relay(
    stored: StoredPacket,
    say: (verdict: Verdict) => void,
    looksAt: (filter: number) => void,
  ): { readonly matched: number[]; readonly slow: number[] };
}

/** Of this thread, for one filter on one document; ordinary ones take a hundredth of it. */
const FILTER_MS = 50;
const FILTER_MS_PER_MEGABYTE = 50;

/** What goes out, and its document where there are filters to look at it. */
type Relayed = { readonly verdict: Verdict; readonly document?: XmlDocument };

export async function createRelayDesk(): Promise<RelayDesk> {
  const gate = await createGate();
  const compile = await createXPathCompiler();
  const filters = new Map<number, XPathFilter>();
  let rule: Filter | undefined;
  let compose: ((alert: Alert) => string) | undefined;
  let decoder: Decoder | undefined;

  const decode = ({ packet, source, receivedAt }: StoredPacket): Alert => {
    if (decoder === undefined) throw new Error('Nobody can decode it.');
    return decoder.decode(packet, { source, receivedAt: new Date(receivedAt).toISOString() });
  };

  const refusal = (alert: Alert): string | undefined => {
    const verdict = rule?.(alert, Date.now());
    return verdict?.fired === false ? verdict.why : undefined;
  };

  const asItIs = (stored: StoredPacket): Relayed => {
    const envelope = scanEnvelope(stored.packet);
    // Subscribers close the connection on what is no XML: a broker must not hand it on.
    const document = gate(stored.packet, envelope);
    const ivorn = envelope.ivorn?.trim() ?? '';
    const why = ivorn === '' ? 'it has no ivorn' : rule === undefined ? undefined : refusal(decode(stored));
    if (why !== undefined) {
      document.dispose();
      return no(why);
    }
    return { verdict: { relay: true, ivorn }, document };
  };

  const composed = (stored: StoredPacket): Relayed => {
    if (compose === undefined) return no('it is no VOEvent, and broadcast.compose is off');
    const alert = decode(stored);
    const why = refusal(alert);
    if (why !== undefined) return no(why);
    const packet = Buffer.from(compose(alert));
    const envelope = scanEnvelope(packet);
    const verdict = { relay: true, ivorn: envelope.ivorn ?? '', composed: new Uint8Array(packet) } as const;
    return { verdict, document: gate(packet, envelope) };
  };

  const decide = (stored: StoredPacket): Relayed => {
    try {
      return scanEnvelope(stored.packet).kind === 'voevent' ? asItIs(stored) : composed(stored);
    } catch (error) {
      return no(messageOf(error));
    }
  };

  return {
    configure: async (source, composes) => {
      // The rules' libraries and the decoder's are half of this thread's memory, and most brokers need neither.
      const rules = source === undefined ? undefined : await import('../rules/filter.ts');
      const composing = composes ? await import('../alert/compose/relay.ts') : undefined;
      if (source !== undefined || composes) decoder ??= await (await import('../alert/decode.ts')).createDecoder();
      rule = source === undefined ? undefined : rules?.compileFilter(source);
      compose = composing?.composeForRelay;
    },
    addFilter: (id, text) => {
      const { filter, problem } = compile(text);
      if (filter !== undefined) filters.set(id, filter);
      return problem;
    },
    removeFilter: (id) => {
      filters.get(id)?.dispose();
      filters.delete(id);
    },
    relay: (stored, say, looksAt) => {
      const { verdict, document } = decide(stored);
      say(verdict);
      const matched: number[] = [];
      const slow: number[] = [];
      if (document === undefined) return { matched, slow };
      const mostMs = FILTER_MS + (stored.packet.length / 1e6) * FILTER_MS_PER_MEGABYTE;
      for (const [id, filter] of filters) {
        looksAt(id);
        const startedAt = cpuMs();
        if (filter.holds(document)) matched.push(id);
        if (cpuMs() - startedAt > mostMs) slow.push(id);
      }
      looksAt(0);
      document.dispose();
      return { matched, slow };
    },
  };
}

/** What this thread has worked: on a busy machine the clock says nothing of a filter. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

function no(why: string): Relayed {
  return { verdict: { relay: false, why } };
}
