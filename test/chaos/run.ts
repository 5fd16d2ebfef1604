/** `npm run chaos`: the tests of this folder at length, one after the other. The seed makes a run again what it was. */

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

const DAY_MS = 86_400_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.trunc(Math.random() * 2 ** 31)) },
    /** For the soak. */
    minutes: { type: 'string', default: '10' },
    /** The name of a file here, without its ending; it may be given more than once. */
    only: { type: 'string', multiple: true },
  },
});

const { seed, minutes, only } = values;
const all = globSync(join(import.meta.dirname, '*.test.ts')).sort();
const nameOf = (file: string): string => basename(file, '.test.ts');
const files = all.filter((file) => only === undefined || only.includes(nameOf(file)));
if (files.length === 0 || !(Number(minutes) > 0) || !Number.isInteger(Number(seed))) {
  console.error(
    `Usage: npm run chaos -- [--seed NUMBER] [--minutes NUMBER] [--only NAME]..., with NAME one of ${all.map(nameOf).join(', ')}.`,
  );
  process.exitCode = 2;
} else {
  console.log(`To repeat this run: npm run chaos -- --seed ${seed} --minutes ${minutes}`);
  const { status } = spawnSync(
    process.execPath,
    ['--test', '--test-concurrency=1', `--test-timeout=${DAY_MS}`, '--test-reporter=spec', ...files],
    { stdio: 'inherit', env: { ...process.env, CHAOS_SEED: seed, CHAOS_MINUTES: minutes } },
  );
  process.exitCode = status ?? 1;
}
