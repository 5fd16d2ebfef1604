import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Alert, Context, Plugin } from '../../src/plugin/api.ts';
import { json, line } from './format.ts';
import { type Options, options } from './options.ts';

export default {
  describe: 'Writes a line for each alert, to try a rule or to keep a list.',
  attempts: 1,
  config: options,
  async setup({ config: { destination } }) {
    if (destination === undefined) return;
    try {
      await mkdir(dirname(destination), { recursive: true });
      await appendFile(destination, '');
    } catch (error) {
      const change = `Let the daemon's user write there, or change the option "destination"`;
      throw new Error(`Cannot append to ${destination}: ${(error as Error).message}. ${change}.`, { cause: error });
    }
  },
  pretend(alert, context) {
    const { config } = context;
    const text = textOf(alert, context);
    const what = config.format === 'json' ? `a line of JSON (${Buffer.byteLength(text)} bytes)` : `the line: ${text}`;
    return config.destination === undefined ? `log ${what}` : `append to ${config.destination} ${what}`;
  },
  async handle(alert, context) {
    const { destination } = context.config;
    const text = textOf(alert, context);
    if (destination === undefined) {
      context.log.info(text);
      return;
    }
    try {
      // Opened for each line: a file that was renamed or removed by log rotation is made anew.
      await appendFile(destination, `${text}\n`);
    } catch (error) {
      throw context.retry(`Cannot append to ${destination}: ${(error as Error).message}`, { cause: error });
    }
  },
} satisfies Plugin<Options>;

function textOf(alert: Alert, { config, because }: Context<Options>): string {
  return config.format === 'json' ? json(alert, because) : line(alert, because);
}
