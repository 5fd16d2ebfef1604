/**
 * `npm run build`: one executable, dist/voeventd, from the sources and npm's Node.
 * With `--if-needed` it does nothing when neither sources nor dependencies changed since the last build.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildId, isBuilt, recordBuild } from './build-id.ts';
import { bundle } from './bundle.ts';
import { type NodeBinary, nodeBinary, seedPkgHome } from './node-binary.ts';

interface Manifest {
  version: string;
  optionalDependencies: Record<string, string>;
}

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const EXECUTABLE = join(DIST, 'voeventd');
const BUNDLE = join(DIST, 'voeventd.cjs');
const ID_FILE = join(DIST, '.build-id');
const CACHE = join(ROOT, 'node_modules', '.cache', 'voeventd');
const PKG = join(ROOT, 'node_modules', '@yao-pkg', 'pkg', 'lib-es5', 'bin.js');

async function main(argv: string[]): Promise<void> {
  const id = buildId(ROOT);
  if (argv.includes('--if-needed') && isBuilt(EXECUTABLE, ID_FILE, id)) return;
  const started = performance.now();
  await makeExecutable(workDirectory());
  recordBuild(ID_FILE, id);
  const megabytes = (statSync(EXECUTABLE).size / 1e6).toFixed(1);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`dist/voeventd: ${megabytes} MB, built in ${seconds} s`);
}

/** A directory of this build, on the file system of its result, that is gone when the process ends. */
function workDirectory(): string {
  const work = join(DIST, `.work-${process.pid}`);
  mkdirSync(work, { recursive: true });
  process.once('exit', () => rmSync(work, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  return work;
}

/** Works in `work` and moves what is finished and tried to its place: a failed build leaves the last good one. */
async function makeExecutable(work: string): Promise<void> {
  const manifest: Manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const cjs = join(work, 'voeventd.cjs');
  const executable = join(work, 'voeventd');
  await bundle({
    main: join(ROOT, 'src', 'main.ts'),
    workers: {
      intake: join(ROOT, 'src', 'intake', 'worker.ts'),
      keeper: join(ROOT, 'src', 'keeper', 'worker.ts'),
      broadcast: join(ROOT, 'src', 'broadcast', 'worker.ts'),
    },
    threads: {
      inspect: join(ROOT, 'src', 'inspect', 'worker.ts'),
      web: join(ROOT, 'src', 'web', 'worker.ts'),
    },
    version: manifest.version,
    outfile: cjs,
  });
  runPkg(cjs, executable, nodeBinary(ROOT, manifest.optionalDependencies), work);
  chmodSync(executable, 0o755);
  tryOut(executable, manifest.version);
  renameSync(cjs, BUNDLE);
  renameSync(executable, EXECUTABLE); // rename, because a running executable cannot be written to
}

function runPkg(input: string, output: string, node: NodeBinary, work: string): void {
  const home = seedPkgHome(CACHE, node);
  // Nothing of the caller's environment: HOME chooses the cache, CHDIR and NODE_OPTIONS would change what pkg does.
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: work };
  const run = [PKG, input, '--sea', '--targets', node.target, '--output', output];
  try {
    execFileSync(process.execPath, run, { env, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    throw new Error(`Cannot package: pkg failed\n${outputOf(error)}`, { cause: error });
  }
  if (!existsSync(output)) throw new Error('Cannot package: pkg wrote no executable');
}

function tryOut(executable: string, version: string): void {
  const said = execFileSync(executable, ['--version'], { env: {}, encoding: 'utf8', stdio: 'pipe' }).trim();
  if (said !== version) throw new Error(`Cannot package: the executable says version ${said} instead of ${version}`);
}

function outputOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'stdout' in error && 'stderr' in error ? `${error.stdout}${error.stderr}` : error.message;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
