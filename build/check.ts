/**
 * `npm run check`: the one gate. Runs every step even when an earlier one failed, so that one run shows all problems,
 * and the tests last, so that their summary is what remains on the screen.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Names of npm scripts. */
const STEPS = ['lint', 'types', 'generate:check', 'coverage'];

const ROOT = join(import.meta.dirname, '..');

function passes(step: string): boolean {
  console.log(`\n— ${step}`);
  return spawnSync('npm', ['run', '--silent', step], { cwd: ROOT, stdio: 'inherit' }).status === 0;
}

const failed = STEPS.filter((step) => !passes(step));
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}. To repeat one: npm run ${failed[0]}`);
  process.exitCode = 1;
}
