import type { Scope } from '../../../support/executable.ts';
import { listen, type ScriptedBroker } from './broker.ts';
import { type Node, type NodeOptions, nodeForAll, startNode, subscriptionTo } from './node.ts';
import type { Wire } from './wire.ts';

export interface Peer {
  /** What the broker does with each connection; `index` counts from 0. */
  readonly script?: (wire: Wire, index: number) => void;
  /** Options of the source. */
  readonly source?: Readonly<Record<string, unknown>>;
  /** Brokers that are to be tried before it. */
  readonly before?: readonly string[];
}

/** The executable as a subscriber, its broker, and the first connection between them. */
export interface Subscribing {
  readonly node: Node;
  readonly broker: ScriptedBroker;
  readonly wire: Wire;
}

export async function startSubscribing(context: Scope, options: Peer & NodeOptions = {}): Promise<Subscribing> {
  const { script, source, ...rest } = options;
  const broker = await listen(context, script === undefined ? {} : { script });
  const sources = { peer: subscriptionTo(broker.place, source) };
  const node = await startNode(context, { receiver: false, sources, ...rest });
  return { node, broker, wire: await broker.wire() };
}

/** A subscriber for all tests of a suite, with a broker for each; to be called where the suite is described. */
export function subscribingForAll<Name extends string>(
  peers: Readonly<Record<Name, Peer>>,
): (name: Name) => Promise<Subscribing> {
  const brokers = new Map<string, ScriptedBroker>();
  const node = nodeForAll(async (scope) => {
    const sources: Record<string, Readonly<Record<string, unknown>>> = {};
    for (const [name, { script, source, before = [] }] of Object.entries<Peer>(peers)) {
      const broker = await listen(scope, script === undefined ? {} : { script });
      brokers.set(name, broker);
      sources[name] = subscriptionTo(broker.place, { brokers: [...before, broker.address], ...source });
    }
    return { receiver: false, sources };
  });
  return async (name) => {
    const broker = brokers.get(name);
    if (broker === undefined) throw new Error(`There is no broker ${name}.`);
    return { node: node(), broker, wire: await broker.wire() };
  };
}
