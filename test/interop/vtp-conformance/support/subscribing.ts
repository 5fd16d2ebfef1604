import type { Scope } from '../../../support/executable.ts';
import { listen, type ScriptedBroker } from './broker.ts';
import { type Node, type NodeOptions, startNode, subscriptionTo } from './node.ts';
import type { Wire } from './wire.ts';

export interface SubscribingOptions extends NodeOptions {
  /** What the broker does with each connection; `index` counts from 0. */
  readonly script?: (wire: Wire, index: number) => void;
  /** Options of the source. */
  readonly source?: Readonly<Record<string, unknown>>;
}

/** The executable as a subscriber, its broker, and the first connection between them. */
export interface Subscribing {
  readonly node: Node;
  readonly broker: ScriptedBroker;
  readonly wire: Wire;
}

export async function startSubscribing(context: Scope, options: SubscribingOptions = {}): Promise<Subscribing> {
  const { script, source, ...rest } = options;
  const broker = await listen(context, script === undefined ? {} : { script });
  const sources = { peer: subscriptionTo(broker.place, source) };
  const node = await startNode(context, { receiver: false, sources, ...rest });
  return { node, broker, wire: await broker.wire() };
}
