import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');
const PEERS = join(ROOT, '.cache', 'peers');

/** The Python of the peers' environment. */
export const PYTHON = join(PEERS, 'bin', 'python');

/** A program that a peer's package installs; named to Python, so that no path is too long for a `#!` line. */
export function program(name: string): string {
  return join(PEERS, 'bin', name);
}

/**
 * Why the tests against real peers cannot run, or false when they can.
 *
 * @throws Error with `CI=true`, where the peers must be there
 */
export function peersOrSkip(): string | false {
  const wanted = readFileSync(join(import.meta.dirname, '..', 'requirements.txt'), 'utf8');
  const madeFrom = join(PEERS, 'requirements.txt');
  if (existsSync(madeFrom) && readFileSync(madeFrom, 'utf8') === wanted) return false;
  const reason = 'Comet and pygcn are not installed, or in other versions: run npm run peers';
  if (process.env.CI === 'true') throw new Error(reason);
  return reason;
}
