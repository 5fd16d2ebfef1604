import { type Log, withFields } from '../common/log.ts';
import { findConfig } from '../config/find.ts';
import { formatProblem } from '../config/problem.ts';
import { type Preparation, prepare } from '../prepare.ts';

/** The configuration, checked; its problems go to stderr, and that it cannot be used, where it cannot. */
export async function prepareOrTell(
  config: string | undefined,
  log: Log,
): Promise<Preparation & { readonly file: string }> {
  const document = await findConfig(config);
  const { file } = document;
  const preparation = await prepare(document, (handler) => withFields(log, { handler }));
  for (const problem of preparation.problems) process.stderr.write(`${formatProblem(problem)}\n`);
  if (preparation.prepared === undefined) process.stderr.write(`voeventd: Cannot use ${file}: it has problems.\n`);
  return { ...preparation, file };
}
