import { embedded } from '../common/embedded.ts';
import type { InspectProgram } from './messages.ts';

/** The program of the inspecting thread. To be asked in the main thread; others are told. */
export function inspectProgram(): InspectProgram {
  const program = embedded();
  if (program === undefined) return { kind: 'file', url: new URL('./worker.ts', import.meta.url).href };
  const { script, data } = program.thread('inspect');
  return { kind: 'embedded', script, embedded: data };
}
