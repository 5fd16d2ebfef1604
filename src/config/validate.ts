import type { ConfigDocument, ConfigPath } from './document.ts';
import type { Fault } from './faults.ts';
import type { Problem } from './problem.ts';

/** A schema's faults as problems of the file: `PATH: sentence`. `base` is where the schema's root stands in the file. */
export function problemsOf(faults: readonly Fault[], document: ConfigDocument, base: ConfigPath = []): Problem[] {
  return faults.map(({ path, key, message }) => {
    const full = [...base, ...path];
    const sentence = full.length === 0 ? message : `${full.join('.')}: ${message}`;
    return key === undefined ? document.problem(full, sentence) : document.problemAtKey(full, key, sentence);
  });
}
