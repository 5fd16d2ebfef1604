import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { contents } from './files.ts';
import { Peer } from './peer.ts';
import { program } from './peers.ts';
import { freePort } from './port.ts';

/** twistd, but Comet asks its subscribers for a sign of life each second; a minute is too long for a test. */
const HASTY_TWISTD = `
import sys
from comet.protocol.broadcaster import VOEventBroadcasterFactory
VOEventBroadcasterFactory.IAMALIVE_INTERVAL = 1
from twisted.scripts.twistd import run
sys.exit(run())
`;

export interface CometOptions {
  /** The broadcasters it subscribes to. */
  readonly remotes?: readonly string[];
  /** XPath expressions for all of them. */
  readonly filters?: readonly string[];
  /** Where it broadcasts; a free port unless given. */
  readonly broadcastPort?: number;
  /** Sends an iamalive each second instead of each minute. */
  readonly hasty?: boolean;
}

/** Comet as a broker: takes events from authors and remotes, keeps and broadcasts them. */
export class Comet {
  readonly peer: Peer;
  readonly receivePort: number;
  readonly broadcastPort: number;

  constructor(context: TestContext, ports: { receive: number; broadcast: number }, options: CometOptions) {
    this.receivePort = ports.receive;
    this.broadcastPort = ports.broadcast;
    const { remotes = [], filters = [], hasty = false } = options;
    // It listens on every address of the host, and has no option for that; so only this host may connect.
    const lists = ['--author-whitelist', '127.0.0.1/32', '--subscriber-whitelist', '127.0.0.1/32'];
    this.peer = new Peer(context, (directory) => [
      ...(hasty ? ['-c', HASTY_TWISTD] : [program('twistd')]),
      ...['--nodaemon', '--pidfile=', 'comet', '--verbose', '--local-ivo', 'ivo://org.example/comet'],
      ...['--receive', '--receive-port', String(ports.receive), ...lists],
      ...['--broadcast', '--broadcast-port', String(ports.broadcast), '--broadcast-test-interval', '0'],
      ...['--eventdb', join(directory, 'seen'), '--save-event', '--save-event-directory', join(directory, 'saved')],
      ...remotes.flatMap((remote) => ['--remote', remote]),
      ...filters.flatMap((filter) => ['--filter', filter]),
    ]);
  }

  /** Runs it, for the first time or after its end, until authors and subscribers can connect. */
  async start(): Promise<void> {
    this.peer.start();
    await this.peer.said(/ starting on \d+/, 2);
  }

  /** What it has kept, in the form of `contents`. */
  get saved(): string[] {
    return contents(join(this.peer.directory, 'saved'));
  }
}

export async function startComet(context: TestContext, options: CometOptions = {}): Promise<Comet> {
  const broadcast = options.broadcastPort ?? (await freePort());
  const comet = new Comet(context, { receive: await freePort(), broadcast }, options);
  await comet.start();
  return comet;
}

/** Publishes a packet with comet-sendvo; resolves with how that ended. */
export async function publish(
  context: TestContext,
  port: number,
  packet: Buffer,
): Promise<{ code: number | null; log: string }> {
  const sender = new Peer(context, () => [program('comet-sendvo'), '--host', '127.0.0.1', '--port', String(port)]);
  sender.start(packet);
  return { code: await sender.exited(), log: sender.log };
}

/** Publishes packets all at once, each with its comet-sendvo, and each is acknowledged. */
export async function publishAll(context: TestContext, port: number, packets: readonly Buffer[]): Promise<void> {
  const results = await Promise.all(packets.map((packet) => publish(context, port, packet)));
  for (const { code, log } of results) assert.equal(code, 0, log);
}
