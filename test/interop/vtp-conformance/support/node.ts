import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { after, before } from 'node:test';
import { type Scope, sandbox, type Voeventd } from '../../../support/executable.ts';
import { keptPackets } from '../../../support/kept.ts';
import type { Place } from './wire.ts';

export const IDENTITY = 'ivo://org.example/node';

type Options = Readonly<Record<string, unknown>>;

export interface NodeOptions {
  readonly identity?: string;
  /** Options of the receiver `authors`; false: there is none. */
  readonly receiver?: Options | false;
  /** More sources. */
  readonly sources?: Readonly<Record<string, Options>>;
  /** Options of the broadcast; false: there is none. */
  readonly broadcast?: Options | false;
  readonly handlers?: Readonly<Record<string, Options>>;
  /** Files beside the configuration. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The packaged executable as a node of a VTP network: receiver and broadcaster, unless the options say otherwise. */
export class Node {
  readonly directory: string;
  readonly #start: () => Voeventd;
  #daemon: Voeventd | undefined;

  constructor(context: Scope, options: NodeOptions) {
    const box = sandbox(context);
    this.directory = box.directory;
    this.#start = () => box.start('run');
    for (const [name, text] of Object.entries(options.files ?? {})) {
      mkdirSync(dirname(join(this.directory, name)), { recursive: true });
      box.write(name, text);
    }
    box.write('voeventd.yaml', configurationOf(options));
  }

  get daemon(): Voeventd {
    if (this.#daemon === undefined) throw new Error('The node has not been started.');
    return this.#daemon;
  }

  /** Runs it, for the first time or after its end, until it is up. */
  async start(): Promise<void> {
    this.#daemon = this.#start();
    await this.daemon.logged(/^voeventd .* runs/);
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.daemon.stop('SIGKILL');
  }

  /** Where authors connect: of this source, when there are several receivers. */
  authors(source = 'authors'): Place {
    return this.#place(/^Receiving from authors on (\S+)$/, source);
  }

  get subscribers(): Place {
    return this.#place(/^Broadcasting to subscribers on (\S+)$/);
  }

  /** The packets that it has on disk, in their order. */
  get journal(): Buffer[] {
    return keptPackets(join(this.directory, 'journal.db'));
  }

  /** How many packets that it has on disk hold this text. */
  kept(text: string): number {
    return this.journal.filter((packet) => packet.includes(text)).length;
  }

  #place(pattern: RegExp, source?: string): Place {
    const line = this.daemon.log.find(
      (one) => pattern.test(one.msg) && (source === undefined || one.source === source),
    );
    const address = pattern.exec(line?.msg ?? '')?.[1] ?? '';
    if (address.startsWith('unix:')) return { path: resolve(this.directory, address.slice('unix:'.length)) };
    const [, host = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
    return { host: host.replace(/^0\.0\.0\.0$/, '127.0.0.1').replace(/^::$/, '::1'), port: Number(port) };
  }
}

export async function startNode(context: Scope, options: NodeOptions = {}): Promise<Node> {
  const node = new Node(context, options);
  await node.start();
  return node;
}

/** A node for all tests of a suite; to be called where the suite is described. */
export function nodeForAll(options: (scope: Scope) => NodeOptions | Promise<NodeOptions> = () => ({})): () => Node {
  const ends: (() => unknown)[] = [];
  const scope: Scope = { after: (end) => ends.push(end) };
  let node: Node | undefined;
  before(async () => {
    node = await startNode(scope, await options(scope));
  });
  after(async () => {
    for (const end of ends) await end();
  });
  return () => {
    if (node === undefined) throw new Error('The suite has not begun.');
    return node;
  };
}

/** JSON is YAML too. */
function configurationOf(options: NodeOptions): string {
  const { identity = IDENTITY, receiver = {}, sources = {}, broadcast = {}, handlers = {} } = options;
  const authors = { type: 'receiver', listen: '127.0.0.1:0', maxPerAddress: 100, maxConnections: 200, ...receiver };
  return JSON.stringify({
    identity,
    sources: receiver === false ? sources : { authors, ...sources },
    ...(broadcast === false ? {} : { broadcast: { listen: '127.0.0.1:0', test: false, ...broadcast } }),
    handlers,
  });
}

/** A source that subscribes to a broadcaster, and dials again soon. */
export function subscriptionTo(place: Place, options: Options = {}): Options {
  const address = 'path' in place ? `unix:${place.path}` : `${place.host ?? '127.0.0.1'}:${place.port}`;
  return { type: 'vtp', brokers: [address], reconnect: { initial: '50ms', max: '500ms' }, ...options };
}
