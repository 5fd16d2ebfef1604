import type { Logic } from './logic.ts';
import { RuleError } from './rule-error.ts';
import { partsOf } from './trace.ts';

/** A rule of real use has some dozens, its conditions written out. */
const MOST_PARTS = 2_000;

/** @throws RuleError when a rule is too much with all its conditions written out: each that names one twice doubles it */
export function requireModest(logic: Logic): void {
  const parts = sizeOf(logic, new Map());
  if (parts <= MOST_PARTS) return;
  const message = `With its conditions written out it has ${parts} parts, and ${MOST_PARTS} are the most. Name a condition only once in each other.`;
  throw new RuleError(message, 0);
}

/** Conditions are shared: each is counted once, and added wherever it is named. */
function sizeOf(logic: Logic, known: Map<Logic, number>): number {
  const before = known.get(logic);
  if (before !== undefined) return before;
  const size = partsOf(logic).reduce((sum, part) => sum + sizeOf(part, known), 1);
  known.set(logic, size);
  return size;
}
