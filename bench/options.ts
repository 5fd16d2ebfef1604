import { join } from 'node:path';
import { parseArgs } from 'node:util';

export const PARTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'] as const;
export type Part = (typeof PARTS)[number];

export interface Options {
  readonly only: readonly Part[];
  readonly seconds: number;
  readonly repetitions: number;
  readonly json: string | undefined;
  /** Undefined: the packaged one of this repository, built first if need be. */
  readonly executable: string | undefined;
  /** On the disk to measure. */
  readonly directory: string;
}

export const USAGE = `npm run bench -- [OPTIONS]
  --only a,b,…       a acks, b handler start, c memory, d start-up, e decoding, f broker, g watched, h rules,
                     i cold half, j exec, k a million alerts, l isolation of plugins; default all
  --seconds N        how long one window is measured; default 2
  --repetitions N    interleaved repetitions, of which the median counts; default 3
  --json FILE        write what was measured there as well
  --executable FILE  measure this one; default dist/voeventd, built first if the sources changed
  --directory DIR    put journals and archives there; default node_modules/.cache/bench`;

/** @throws Error when the command line cannot be understood */
export function readOptions(argv: string[], root: string): Options {
  const { values } = parseArgs({
    args: argv,
    options: {
      only: { type: 'string', default: PARTS.join() },
      seconds: { type: 'string', default: '2' },
      repetitions: { type: 'string', default: '3' },
      json: { type: 'string' },
      executable: { type: 'string' },
      directory: { type: 'string', default: join(root, 'node_modules', '.cache', 'bench') },
    },
  });
  const [seconds, repetitions] = [Number(values.seconds), Number(values.repetitions)];
  if (!(seconds > 0) || !(repetitions >= 1)) throw new Error('--seconds and --repetitions must be numbers above 0');
  const only = values.only.split(',').map((text) => {
    const part = PARTS.find((known) => known === text.trim());
    if (part === undefined) throw new Error(`--only knows ${PARTS.join(', ')}, not ${text}`);
    return part;
  });
  return { only, seconds, repetitions, json: values.json, executable: values.executable, directory: values.directory };
}
