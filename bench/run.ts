/** `npm run bench`: measures the packaged daemon side by side with the least that could do its work. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join, resolve } from 'node:path';
import { judge } from './aims.ts';
import { measureCold } from './cold.ts';
import { measureDecoding } from './decode.ts';
import { measureExec } from './exec.ts';
import { measureHandlerStart } from './handler-start.ts';
import { measureIsolation } from './isolation.ts';
import { measureLargeJournal } from './large-journal.ts';
import { measureMemory } from './memory.ts';
import { type Options, type Part, readOptions, USAGE } from './options.ts';
import { PACKET_BYTES } from './packet.ts';
import { type PeerSubject, peerSubjects } from './peers.ts';
import { measureRelays } from './relay.ts';
import { cometRelay, daemonRelay, type Relay } from './relay-subject.ts';
import type { Results } from './results.ts';
import { measureRules } from './rules.ts';
import type { Bench } from './session.ts';
import { measureStartup } from './startup.ts';
import { tables } from './tables.ts';
import { measureThroughput } from './throughput.ts';
import { measureWatched } from './watched.ts';

const ROOT = join(import.meta.dirname, '..');
const TMPFS = 0x01021994;

/** The executable of this repository, made from its sources as they are. */
function builtExecutable(): string {
  execFileSync(process.execPath, [join(ROOT, 'build', 'package.ts'), '--if-needed'], { cwd: ROOT, stdio: 'inherit' });
  return join(ROOT, 'dist', 'voeventd');
}

function setting(): string {
  const processors = cpus();
  return `${new Date().toISOString().slice(0, 16)}Z, Node ${process.versions.node}, ${process.platform} ${release()}, ${processors.length} × ${processors[0]?.model ?? 'unknown'}, packets of ${PACKET_BYTES} bytes`;
}

async function measure(bench: Bench, only: readonly Part[]): Promise<Results> {
  const results: Results = {};
  const step = (part: Part, title: string): boolean => {
    if (only.includes(part)) console.error(`(${part}) ${title} …`);
    return only.includes(part);
  };
  if (step('a', 'acks')) results.throughput = await measureThroughput(bench, peers());
  if (step('b', 'handler start')) results.handlerStart = await measureHandlerStart(bench);
  if (step('c', 'memory')) results.memory = await measureMemory(bench);
  if (step('d', 'start-up')) results.startup = await measureStartup(bench);
  if (step('e', 'decoding')) results.decoding = await measureDecoding(bench.repetitions, bench.seconds);
  if (step('f', 'broker')) results.relaying = await measureRelays(bench, relays(bench));
  if (step('g', 'watched')) results.watched = await measureWatched(bench);
  if (step('h', 'rules')) results.rules = measureRules(bench.repetitions, bench.seconds);
  if (step('i', 'cold half')) results.cold = await measureCold(bench);
  if (step('j', 'exec')) results.exec = await measureExec(bench);
  if (step('k', 'a million alerts')) results.largeJournal = await measureLargeJournal(bench);
  if (step('l', 'isolation of plugins')) results.isolation = await measureIsolation(bench.repetitions, bench.seconds);
  return results;
}

/** Comet and pygcn, where they are installed. */
function peers(): PeerSubject[] {
  const found = peerSubjects(ROOT);
  if (found.length === 0) console.error('    Comet and pygcn are not installed, and not measured: run npm run peers');
  return found;
}

/** The daemon, and Comet where it is installed. */
function relays({ executable }: Bench): Relay[] {
  const comet = cometRelay(ROOT);
  if (comet === undefined) console.error('    Comet is not installed, and not measured beside it: run npm run peers');
  return [daemonRelay(executable), ...(comet === undefined ? [] : [comet])];
}

async function main(options: Options): Promise<void> {
  const executable = options.executable === undefined ? builtExecutable() : resolve(options.executable);
  mkdirSync(options.directory, { recursive: true });
  if (statfsSync(options.directory).type === TMPFS) {
    console.error(`${options.directory} is in memory: syncing costs nothing there. Name another with --directory`);
  }
  const directory = mkdtempSync(join(resolve(options.directory), 'bench-'));
  const { seconds, repetitions } = options;
  try {
    const results = await measure({ executable, directory, seconds, repetitions }, options.only);
    console.log(`${setting()}\n\n${tables(results)}`);
    if (options.json !== undefined) {
      const report = { setting: setting(), options, results, aims: judge(results) };
      writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

try {
  await main(readOptions(process.argv.slice(2), ROOT));
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  process.exitCode = 1;
}
