import type { Command } from 'commander';
import type { Exit } from './exit.ts';

const CONFIG = ['-c, --config <file>', 'the configuration; without it voeventd.yaml is looked for'] as const;

/** Gives `voeventd plugin` its commands. */
export function describePlugin(plugin: Command, exit: Exit, done: (code: number) => void): void {
  plugin.description('Write plugins of your own, see which there are, and try one.').helpCommand(false);
  const command = (name: string, description: string): Command =>
    plugin
      .command(name)
      .copyInheritedSettings(plugin)
      .description(description)
      .option(...CONFIG);

  command('new', 'Write a plugin in TypeScript to begin with, its test, and what an editor needs.')
    .argument('<name>', 'its name, as handlers give it')
    .option('--dir <directory>', 'where to; without it, where the configuration says, or ./plugins')
    .action(async (name, options) => done(await (await import('./plugin-new.ts')).pluginNewCommand(name, options)));

  command('list', 'Print every plugin: where it is, what it declares and is granted, and what is wrong with it.')
    .option('--json', 'print them as JSON')
    .addHelpText('after', LIST_HELP)
    .action(async (options) => done(await (await import('./plugin-list.ts')).pluginListCommand(options)));

  command('test', 'Hand one alert to a plugin, as the daemon would, and print what came of it; or run its test.')
    .argument('<name>', 'the plugin')
    .argument('[file]', 'the alert; without one, the plugin’s own test is run')
    .option('--handler <handler>', 'with the options, permissions and timeout of this handler')
    .option('--with <options>', 'with these options, as YAML or JSON: "{ exposure: 90 }"')
    .option('--pretend', 'only let it say what it would do')
    .option('--json', 'print it as JSON')
    .addHelpText('after', TEST_HELP)
    .action(async (name, file, options) =>
      done(await (await import('./plugin-test.ts')).pluginTestCommand(name, file, options, exit)),
    );
}

const LIST_HELP = `
Each is loaded in a process of its own, with what its handler grants; no setup is called, no alert handed over.

Exit code: 0 when all is well, 1 when any plugin is broken or refused.`;

const TEST_HELP = `
No daemon is needed, and no rule is asked. The plugin runs in a process of its own, as always: without --handler with all permissions that it
declares, which are printed. What it keeps in its state is forgotten.

Its own test is NAME.test.ts beside it, for node:test, which is in this program. It may do what the plugin
declares.

Exit code: 0 when it was done, or its tests passed, 1 otherwise.`;
