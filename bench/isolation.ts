import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createDecoder } from '../src/alert/decode.ts';
import type { Attempt, Runner } from '../src/dispatch/runner.ts';
import { createInProcessRunner } from '../src/plugin/in-process.ts';
import { IsolatedRunner } from '../src/plugin/isolated.ts';
import { NOTHING_KEPT } from '../src/plugin/state.ts';
import { trialServices } from '../src/plugin-services.ts';
import { frames } from './packet.ts';
import stamp from './plugins/stamp.ts';
import { median, percentile } from './statistics.ts';

/** What an attempt takes, from handing it to the plugin's runner to its outcome. */
export interface Isolation {
  readonly name: string;
  readonly role: 'in process' | 'isolated';
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const PREFIX_BYTES = 4;
const PER_SECOND = 100;
const WARM_UP = 200;
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const SERVICES = trialServices(undefined, NOTHING_KEPT, Date.now, async () => []);

/** (l) The same plugin in this process and in its own, at a calm pace, one attempt of each after the other. */
export async function measureIsolation(repetitions: number, seconds: number): Promise<Isolation[]> {
  const packet = frames(0, 1).subarray(PREFIX_BYTES);
  const attempt = await attemptOf(packet);
  const runners = [await inProcess(), await isolated()];
  const samples = runners.map((): number[] => []);
  try {
    for (let turn = 0; turn < WARM_UP + repetitions * seconds * PER_SECOND; turn += 1) {
      for (const [index, runner] of runners.entries()) {
        // Deliveries do not come while the last one is hardly over: whoever waits for one sleeps.
        await setTimeout(1_000 / PER_SECOND / runners.length);
        const ms = await timeOf(runner, attempt);
        if (turn >= WARM_UP) samples[index]?.push(ms);
      }
    }
  } finally {
    for (const runner of runners) await runner.close();
  }
  const result = (role: Isolation['role'], name: string, ms: readonly number[] = []): Isolation => ({
    ...{ role, name, p50Ms: median(ms), p99Ms: percentile(ms, 0.99) },
  });
  return [
    result('in process', 'in the daemon’s process, as a built-in plugin', samples[0]),
    result('isolated', 'in a process of its own, as a user’s plugin', samples[1]),
  ];
}

async function attemptOf(packet: Buffer): Promise<Attempt> {
  const decoder = await createDecoder();
  const alert = decoder.decode(packet, { source: 'bench', receivedAt: '2026-11-22T20:00:00.000Z' });
  const { signal } = new AbortController();
  return { alert, packet, delivery: '1/stamp', attempt: 1, pretends: false, retracts: false, signal };
}

async function inProcess(): Promise<Runner> {
  const configured = { name: 'stamp', plugin: stamp, config: {}, handler: 'stamp', log: SILENT };
  return await createInProcessRunner({ ...configured, services: { ...SERVICES, fetch } });
}

async function isolated(): Promise<Runner> {
  const file = join(import.meta.dirname, 'plugins', 'stamp.ts');
  const code = { name: 'stamp', file, options: {}, baseDirectory: import.meta.dirname, memoryBytes: 512 * 2 ** 20 };
  const runner = new IsolatedRunner({ ...code, handler: 'stamp', allow: {} }, SILENT);
  const loaded = await runner.load();
  const problem = loaded.state === 'configured' ? await runner.setup(SERVICES) : loaded.state;
  if (problem !== undefined) throw new Error(`The plugin cannot be run: ${problem}`);
  return runner;
}

async function timeOf(runner: Runner, attempt: Attempt): Promise<number> {
  const startedAt = performance.now();
  const outcome = await runner.run(attempt);
  if (outcome.state !== 'done') throw new Error(`An attempt failed: ${outcome.reason}`);
  return performance.now() - startedAt;
}
