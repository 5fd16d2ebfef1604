import type { Alert, Context, Plugin } from '../../src/plugin/api.ts';
import { elapsed, printable } from '../shared/words.ts';
import { environmentOf } from './environment.ts';
import { type Options, options } from './options.ts';
import { writePacketFiles } from './packet-files.ts';
import { type Ending, run } from './run.ts';
import { shownCommand } from './shown.ts';

export default {
  describe: 'Runs a program with the packet on its stdin and the alert in its arguments and environment.',
  attempts: 1,
  config: options,
  pretend: (alert, context) => `run ${shownCommand(argumentsOf(alert, context))}`,
  async handle(alert, context) {
    const startedAt = performance.now();
    const argv = argumentsOf(alert, context);
    const files = await writePacketFiles(alert, context);
    try {
      if (context.signal.aborted) throw context.retry(`${abortName(context.signal)} before the program was started`);
      const ending = await run(argv, environmentOf(alert, context, files), context);
      return report(ending, elapsed(startedAt), context);
    } finally {
      await files.remove();
    }
  },
} satisfies Plugin<Options>;

/** The program and its arguments. What an alert says fills places; it never becomes a further argument or a path. */
function argumentsOf(alert: Alert, context: Context<Options>): string[] {
  const argv = context.config.command.map((template, index) =>
    template.render(alert, index === 0 ? (value) => programPart(value, context) : undefined, context.because),
  );
  if (argv[0] === '') throw context.fail('Cannot run the program: the first element of "command" is empty.');
  const broken = argv.findIndex((argument) => argument.includes('\0'));
  if (broken === -1) return argv;
  const { text } = context.config.command[broken] ?? { text: '' };
  throw context.fail(`Cannot run the program: "${printable(text)}" gives an argument with a NUL, which none can hold.`);
}

function programPart(value: string, context: Context<Options>): string {
  if (!/[/\\]/.test(value)) return value;
  const shown = printable(value).slice(0, 100);
  throw context.fail(`Cannot run the program: the alert's value "${shown}" would name another directory.`);
}

function report(ending: Ending, took: string, context: Context<Options>): string {
  const said = ending.lastLine === '' ? '' : `: ${ending.lastLine}`;
  switch (ending.kind) {
    case 'exit':
      if (ending.code === 0) return `exit 0 after ${took}`;
      throw context.retry(`exited with code ${ending.code} after ${took}${said}`);
    case 'signal':
      throw context.retry(`killed by ${ending.signal} after ${took}${said}`);
    case 'aborted':
      throw context.retry(
        `${abortName(context.signal)} after ${took}, ended with its process group by ${ending.with}${said}`,
        { cause: context.signal.reason },
      );
  }
}

/** The host aborts at the handler's timeout with a TimeoutError; why it aborts otherwise, it says itself. */
function abortName(signal: AbortSignal): string {
  return signal.reason?.name === 'TimeoutError' ? 'timeout' : 'interrupted';
}
