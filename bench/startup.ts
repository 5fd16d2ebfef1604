import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Bench } from './session.ts';
import { median } from './statistics.ts';
import { daemon, environment, NEVER } from './subject.ts';

export interface Startup {
  readonly name: string;
  readonly role: 'daemon' | 'node';
  readonly medianMs: number;
}

const TIMES = 15;

/** (d) From the spawn of the executable to its connection, beside an empty program on the same Node. */
export async function measureStartup(bench: Bench): Promise<Startup[]> {
  const daemonMs: number[] = [];
  const nodeMs: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    daemonMs.push(await untilConnected(bench, time));
    nodeMs.push(await untilEnded());
  }
  return [
    { name: 'voeventd: exec to connected', role: 'daemon', medianMs: median(daemonMs) },
    { name: 'floor: node -e 0, to its end', role: 'node', medianMs: median(nodeMs) },
  ];
}

async function untilConnected(bench: Bench, time: number): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const connection = once(server, 'connection');
  const startedAt = performance.now();
  const running = daemon(bench.executable, NEVER).start(port, join(bench.directory, `startup-${time}`));
  try {
    await connection;
    return performance.now() - startedAt;
  } finally {
    await running.kill();
    server.close();
  }
}

async function untilEnded(): Promise<number> {
  const startedAt = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore', env: environment() }), 'exit');
  return performance.now() - startedAt;
}
