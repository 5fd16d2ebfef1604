import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { contents } from './files.ts';
import { Peer } from './peer.ts';
import { program } from './peers.ts';

/** pygcn-listen, which subscribes to a broadcaster and keeps each packet as a file in its working directory. */
export class PygcnListener {
  readonly peer: Peer;

  constructor(context: TestContext, port: number) {
    this.peer = new Peer(context, () => [program('pygcn-listen'), `127.0.0.1:${port}`]);
  }

  /** Runs it, for the first time or after its end, until it is connected. */
  async start(): Promise<void> {
    this.peer.start();
    await this.peer.said(/:connected to /);
  }

  /** What it has kept, in the form of `contents`. */
  get saved(): string[] {
    return contents(this.peer.directory);
  }
}

export async function startPygcnListener(context: TestContext, port: number): Promise<PygcnListener> {
  const listener = new PygcnListener(context, port);
  await listener.start();
  return listener;
}

/**
 * pygcn-serve, which sends the packets over and over, from the first for each connection, to one subscriber at a time.
 *
 * @param pauseSeconds from one packet to the next, a whole number
 */
export async function startPygcnServer(
  context: TestContext,
  port: number,
  packets: readonly Buffer[],
  pauseSeconds: number,
): Promise<Peer> {
  const files = packets.map((_, index) => `${index}.xml`);
  const timing = ['--retransmit-timeout', String(pauseSeconds)];
  const peer = new Peer(context, () => [program('pygcn-serve'), '--host', `127.0.0.1:${port}`, ...timing, ...files]);
  for (const [index, packet] of packets.entries()) writeFileSync(join(peer.directory, `${index}.xml`), packet);
  peer.start();
  await peer.said(/:bound to /);
  return peer;
}
