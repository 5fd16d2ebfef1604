import { vacuumJournal } from '../journal/vacuum.ts';
import { shownBytes } from '../web/page/numbers.ts';
import { EXIT } from './exit.ts';
import { type JournalOptions, journalSettings } from './journal-path.ts';

/** `voeventd journal vacuum`: gives back to the disk what the file no longer needs. */
export async function journalVacuumCommand(options: JournalOptions): Promise<number> {
  const { path } = await journalSettings(options);
  const { before, after } = vacuumJournal(path);
  process.stdout.write(`${path}: ${shownBytes(before)} before, ${shownBytes(after)} now\n`);
  return EXIT.ok;
}
