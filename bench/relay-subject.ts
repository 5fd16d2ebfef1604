import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { peersBin } from './peers.ts';
import { environment, type Running, running } from './subject.ts';

/** What is measured: a broker, that takes events from authors and hands them on to subscribers. */
export interface Relay {
  readonly name: string;
  readonly role: 'daemon' | 'comet';
  /** Starts it in an empty directory of its own. @param brokerPort where it may subscribe, if it does */
  start(brokerPort: number, directory: string): Promise<RunningRelay>;
}

export interface RunningRelay extends Running {
  /** Where authors connect. */
  readonly authorsPort: number;
  /** Where subscribers connect. */
  readonly subscribersPort: number;
}

/** The daemon limits authors to a thousand events a second; that is not what is measured. */
function configText(brokerPort: number): string {
  return `identity: ivo://org.example/bench
web: { listen: "127.0.0.1:0" }
sources:
  feed: { type: vtp, brokers: ["127.0.0.1:${brokerPort}"] }
  authors: { type: receiver, listen: "127.0.0.1:0", rate: { perSecond: 1000000, burst: 10000000 } }
broadcast: { listen: "127.0.0.1:0", test: false }
`;
}

export function daemonRelay(executable: string): Relay {
  return {
    name: 'voeventd',
    role: 'daemon',
    start: async (brokerPort, directory) => {
      mkdirSync(directory, { recursive: true });
      const config = join(directory, 'voeventd.yaml');
      writeFileSync(config, configText(brokerPort));
      const child = spawn(executable, ['run', '-c', config], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: environment(),
      });
      const port = (what: string) => new RegExp(`${what} on 127\\.0\\.0\\.1:(\\d+)`);
      const ports = await portsSaid(child, child.stderr, port('Receiving from authors'), port('subscribers'));
      return { ...running(child), ...ports };
    },
  };
}

/** Comet, where its Python environment is; undefined when it is not there. */
export function cometRelay(root: string): Relay | undefined {
  const bin = peersBin(root);
  if (!existsSync(join(bin, 'twistd'))) return undefined;
  return {
    name: 'Comet',
    role: 'comet',
    start: async (_brokerPort, directory) => {
      mkdirSync(directory, { recursive: true });
      const [receive, broadcast] = [await freePort(), await freePort()];
      const own = '127.0.0.1/32';
      const child = spawn(
        join(bin, 'python'),
        [
          // Without its log, which has a line for each delivery.
          ...[join(bin, 'twistd'), '--nodaemon', '--pidfile=', 'comet', '--quiet', '--local-ivo', 'ivo://bench/comet'],
          ...['--receive', '--receive-port', String(receive), '--author-whitelist', own, '--eventdb', directory],
          ...['--broadcast', '--broadcast-port', String(broadcast), '--subscriber-whitelist', own],
          ...['--broadcast-test-interval', '0'],
        ],
        { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'], env: { ...environment(), PYTHONUNBUFFERED: '1' } },
      );
      const port = (what: string) => new RegExp(`${what}.* starting on (\\d+)`);
      const ports = await portsSaid(child, child.stdout, port('VOEventReceiver'), port('VOEventBroadcaster'));
      return { ...running(child), ...ports };
    },
  };
}

/** Waits until the program has said on which ports it listens, and reads on whatever it says then. */
async function portsSaid(
  child: ChildProcess,
  stream: Readable,
  authors: RegExp,
  subscribers: RegExp,
): Promise<{ authorsPort: number; subscribersPort: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ authorsPort: number; subscribersPort: number }>();
  let said = '';
  const lines = createInterface({ input: stream });
  child.once('exit', () => reject(new Error(`${child.spawnfile} has ended:\n${said}`)));
  lines.on('line', (line) => {
    said += `${line}\n`;
    const [first, second] = [authors.exec(said)?.[1], subscribers.exec(said)?.[1]];
    if (first !== undefined && second !== undefined) {
      resolve({ authorsPort: Number(first), subscribersPort: Number(second) });
    }
  });
  const ports = await promise;
  lines.removeAllListeners('line');
  return ports;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
