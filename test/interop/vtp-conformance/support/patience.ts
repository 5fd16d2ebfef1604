import { until as untilDeadline } from '../../../support/wait.ts';

/** Several daemons of a test may start at once, on a machine that is busy. */
const PATIENCE_MS = 30_000;

/** Resolves as soon as the condition holds; fails with `what` when it does not for long. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  await untilDeadline(condition, what, PATIENCE_MS);
}
