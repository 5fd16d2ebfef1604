import type { Command } from 'commander';

const CONFIG = ['-c, --config <file>', 'the configuration; without it voeventd.yaml is looked for'] as const;
const JOURNAL = ['--journal <file>', 'the journal, when the configuration is not here'] as const;

/** Gives `voeventd journal` its commands. */
export function describeJournal(journal: Command, done: (code: number) => void): void {
  journal
    .description('Look after the journal: how large it is, what is in it, whether it is whole.')
    .helpCommand(false);
  const command = (name: string, description: string): Command =>
    journal
      .command(name)
      .copyInheritedSettings(journal)
      .description(description)
      .option(...CONFIG)
      .option(...JOURNAL);

  command('stats', 'Print how large the journal is, what it holds, and what retention is to remove.')
    .option('--json', 'print it as JSON')
    .action(async (options) => done(await (await import('./journal-stats.ts')).journalStatsCommand(options)));

  command('export', 'Write packets to a directory, byte for byte, with a line on each in index.jsonl.')
    .argument('<directory>', 'where to; it is made if need be')
    .option('--since <time>', 'only those received since, UTC, as 2026-11-22T03:00:00Z, or so long ago, as 2h')
    .option('--until <time>', 'only those received before')
    .option('--stream <stream>', 'only those of this stream, as nasa.gsfc.gcn/SWIFT')
    .option('--role <role>', 'only those that count as of this role; what is marked as a test is one')
    .action(async (directory, options) =>
      done(await (await import('./journal-export.ts')).journalExportCommand(directory, options)),
    );

  command('verify', 'Read all of the journal and its intake log, and print what is damaged or does not fit.')
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExit code: 0 when all is well, 1 when anything is wrong.')
    .action(async (options) => done(await (await import('./journal-verify.ts')).journalVerifyCommand(options)));

  command('vacuum', 'Give back to the disk what the file no longer needs. Only while no daemon uses the journal.')
    .addHelpText('after', '\nMeanwhile the disk must hold the file twice.')
    .action(async (options) => done(await (await import('./journal-vacuum.ts')).journalVacuumCommand(options)));

  journal.addHelpText('after', '\nAll but vacuum only read, also while the daemon runs.');
}
