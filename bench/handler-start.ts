import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { monotonicNs, wallOffsetNs } from './clock.ts';
import { type Bench, session } from './session.ts';
import { STAMP, stampIn } from './stamps.ts';
import { median, percentile } from './statistics.ts';
import { daemon, type HandlerConfig } from './subject.ts';

export interface HandlerStart {
  readonly name: string;
  readonly role: 'built-in' | 'plugin' | 'exec' | 'spawn';
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A line of the daemon's log, and when the bench had read it. */
interface Line {
  readonly text: string;
  readonly seenAtNs: number;
  readonly wallOffset: bigint;
}

interface Kind {
  readonly role: HandlerStart['role'];
  readonly handler: HandlerConfig;
  /** When the handler started, if this line of its log says so. */
  startedNs(line: Line): number | undefined;
}

const PER_SECOND = 10;
const SETTLE_MS = 500;

const DATE = ['/bin/date', '+%s%N'] as const;

const KINDS: readonly Kind[] = [
  {
    role: 'built-in',
    handler: { name: 'built-in log, its line read by the bench', yaml: '{ plugin: log }' },
    // The line is all the plugin does. That somebody else has read it is a little later than its start, never sooner.
    startedNs: ({ seenAtNs }) => seenAtNs,
  },
  {
    role: 'plugin',
    handler: STAMP,
    startedNs: ({ text }) => stampIn(text),
  },
  {
    role: 'exec',
    handler: {
      name: 'exec date, by its own clock',
      yaml: `{ plugin: exec, with: { command: ${JSON.stringify(DATE)} } }`,
    },
    startedNs: ({ text, wallOffset }) => {
      const written = /^\d{19}$/.exec(text)?.[0];
      return written === undefined ? undefined : Number(BigInt(written) - wallOffset);
    },
  },
];

/** (b) From just before a frame is written to the start of its handler, on a daemon that has nothing else to do. */
export async function measureHandlerStart(bench: Bench): Promise<HandlerStart[]> {
  const samples = new Map<HandlerStart['role'], number[]>();
  const add = (role: HandlerStart['role'], ms: readonly number[]): void => {
    samples.set(role, [...(samples.get(role) ?? []), ...ms]);
  };
  for (let repetition = 0; repetition < bench.repetitions; repetition += 1) {
    for (const kind of KINDS) add(kind.role, await delaysOf(bench, kind));
    add('spawn', await spawnDelays(bench.seconds * PER_SECOND * 2));
  }
  const names: [HandlerStart['role'], string][] = [
    ...KINDS.map(({ role, handler }): [HandlerStart['role'], string] => [role, handler.name]),
    ['spawn', 'floor: spawn date, by its own clock'],
  ];
  return names.map(([role, name]) => ({
    role,
    name,
    p50Ms: median(samples.get(role) ?? []),
    p99Ms: percentile(samples.get(role) ?? [], 0.99),
  }));
}

async function delaysOf(bench: Bench, kind: Kind): Promise<number[]> {
  return await session(bench, daemon(bench.executable, kind.handler, { log: 'pipe' }), async (broker, running) => {
    const wallOffset = wallOffsetNs();
    const startedNs = new Map<number, number>();
    createInterface({ input: running.process.stderr ?? process.stdin }).on('line', (line) => {
      const seenAtNs = monotonicNs();
      const { msg, delivery } = JSON.parse(line) as { msg?: string; delivery?: string };
      const number = Number.parseInt(delivery ?? '', 10);
      if (msg === undefined || Number.isNaN(number) || startedNs.has(number)) return;
      const started = kind.startedNs({ text: msg, seenAtNs, wallOffset });
      if (started !== undefined) startedNs.set(number, started);
    });
    // Connecting is done in another thread: let the rest of the start come to its end.
    await sleep(SETTLE_MS);
    const { sentAtNs } = await broker.run({ kind: 'pace', perSecond: PER_SECOND, ms: bench.seconds * 2_000 });
    await sleep(SETTLE_MS);
    if (startedNs.size !== sentAtNs.length) {
      throw new Error(`${kind.handler.name}: ${startedNs.size} of ${sentAtNs.length} handlers were seen to start`);
    }
    return sentAtNs.map((sent, index) => ((startedNs.get(index + 1) ?? Number.NaN) - sent) / 1e6);
  });
}

/** The same program, started by hardly anything. */
async function spawnDelays(count: number): Promise<number[]> {
  const wallOffset = wallOffsetNs();
  const delays: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const startedAt = monotonicNs();
    const child = spawn(DATE[0], DATE.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
    const written = (await child.stdout.toArray()).join('').trim();
    delays.push((Number(BigInt(written) - wallOffset) - startedAt) / 1e6);
    await sleep(1_000 / PER_SECOND);
  }
  return delays;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
