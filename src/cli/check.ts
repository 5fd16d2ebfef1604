import { withFields } from '../common/log.ts';
import { findConfig } from '../config/find.ts';
import { formatProblem } from '../config/problem.ts';
import { discard, prepare } from '../prepare.ts';
import { EXIT } from './exit.ts';
import { createLogger } from './logger.ts';

/** `voeventd check`: every problem, as `FILE:LINE:COLUMN: sentence`. */
export async function check(options: { readonly config?: string }): Promise<number> {
  const document = await findConfig(options.config);
  const logger = await createLogger({ level: 'warn', format: 'auto' });
  const { prepared, problems } = await prepare(document, (handler) => withFields(logger, { handler }));
  await discard(prepared?.handlers ?? []);
  logger.flush();
  for (const problem of problems) process.stdout.write(`${formatProblem(problem)}\n`);
  if (problems.length > 0) return EXIT.failed;
  const sources = Object.keys(prepared?.settings.sources ?? {}).join(', ');
  const handlers = (prepared?.handlers ?? []).map(({ name, settings }) => `${name} (${settings.plugin})`).join(', ');
  process.stdout.write(`${document.file} is good: sources ${sources}; handlers ${handlers}.\n`);
  return EXIT.ok;
}
