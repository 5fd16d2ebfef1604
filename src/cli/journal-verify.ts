import { verifyJournal } from '../journal/verify.ts';
import { EXIT } from './exit.ts';
import { type JournalOptions, journalSettings } from './journal-path.ts';

/** `voeventd journal verify`: reads all of the journal, and tells what cannot be. */
export async function journalVerifyCommand(options: JournalOptions & { readonly json?: boolean }): Promise<number> {
  const { path } = await journalSettings(options);
  const { alerts, logged, findings } = verifyJournal(path);
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ path, alerts, logged, findings }, null, 2)}\n`);
  } else {
    const looked = `${path}: looked at ${alerts} alerts, and at ${logged} in the intake’s log`;
    const found = findings.length === 0 ? 'all is well' : 'what is wrong:';
    process.stdout.write(`${[`${looked}; ${found}`, ...findings.map((one) => `  ${one}`)].join('\n')}\n`);
  }
  return findings.length === 0 ? EXIT.ok : EXIT.failed;
}
