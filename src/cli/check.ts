import { withFields } from '../common/log.ts';
import { findConfig } from '../config/find.ts';
import { formatProblem } from '../config/problem.ts';
import { discard, type Prepared, prepare } from '../prepare.ts';
import { EXIT } from './exit.ts';
import { createLogger } from './logger.ts';

/** `voeventd check`: every problem, as `FILE:LINE:COLUMN: sentence`. */
export async function check(options: { readonly config?: string }): Promise<number> {
  const document = await findConfig(options.config);
  const logger = await createLogger({ level: 'warn', format: 'auto' });
  const { prepared, problems } = await prepare(document, (handler) => withFields(logger, { handler }));
  await discard(prepared?.handlers ?? []);
  await logger.flush();
  for (const problem of problems) process.stdout.write(`${formatProblem(problem)}\n`);
  if (problems.length > 0) return EXIT.failed;
  if (prepared !== undefined) process.stdout.write(`${document.file} is good: ${contents(prepared)}.\n`);
  return EXIT.ok;
}

/** What a configuration sets up, in a few words. */
export function contents({ settings, handlers }: Prepared): string {
  const named = handlers.map(({ name, settings: { plugin } }) => `${name} (${plugin})`);
  const parts = [`sources ${Object.keys(settings.sources).join(', ')}`];
  if (named.length > 0) parts.push(`handlers ${named.join(', ')}`);
  if (settings.broadcast !== undefined) parts.push(`broadcast on ${settings.broadcast.listen.text}`);
  return parts.join('; ');
}
