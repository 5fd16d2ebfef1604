import { tmpdir } from 'node:os';
import type { Alert, Context, Plugin, ProgramEnding } from '../../src/plugin/api.ts';
import { abortName, elapsed, explain, printable } from '../shared/words.ts';
import { environmentOf } from './environment.ts';
import { type Options, options } from './options.ts';
import { lastLine, logDropped, logLines } from './output.ts';
import { packetFiles } from './packet-files.ts';
import { shownCommand } from './shown.ts';
import { spawnFailure } from './spawn-failure.ts';

export default {
  describe: 'Runs a program with the packet on its stdin and the alert in its arguments and environment.',
  attempts: 1,
  programs: true,
  config: options,
  pretend: (alert, context) => `run ${shownCommand(argumentsOf(alert, context))}`,
  async handle(alert, context) {
    const startedAt = performance.now();
    const argv = argumentsOf(alert, context);
    if (context.signal.aborted) throw context.retry(`${abortName(context.signal)} before the program was started`);
    const ending = await run(argv, alert, context);
    logDropped(context.log, ending, context.config.outputLimit);
    return report(ending, elapsed(startedAt), context);
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

async function run(argv: readonly string[], alert: Alert, context: Context<Options>): Promise<ProgramEnding> {
  const { directory, killAfter: killAfterMs, outputLimit } = context.config;
  const files = packetFiles(alert, context.packet);
  try {
    return await context.run(argv, {
      ...{ directory, environment: environmentOf(alert, context, files), input: context.packet, files: files.files },
      ...{ killAfterMs, outputLimit, lines: logLines(context.log) },
    });
  } catch (error) {
    switch ((error as { stage?: unknown } | null)?.stage) {
      case 'files': {
        const reason = `Cannot write the packet below ${tmpdir()} for the program: ${explain(error)}`;
        throw context.retry(reason, { cause: error });
      }
      case 'start':
        throw await spawnFailure(error, argv[0] ?? '', context);
      default:
        throw error;
    }
  }
}

function programPart(value: string, context: Context<Options>): string {
  if (!/[/\\]/.test(value)) return value;
  const shown = printable(value).slice(0, 100);
  throw context.fail(`Cannot run the program: the alert's value "${shown}" would name another directory.`);
}

function report(ending: ProgramEnding, took: string, context: Context<Options>): string {
  const last = lastLine(ending);
  const said = last === '' ? '' : `: ${last}`;
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
