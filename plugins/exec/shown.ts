import { printable } from '../shared/words.ts';

/** No argument fills a log by itself: a longer one is cut. */
const LONGEST_ARGUMENT = 400;

/** A command as a person reads it: an argument with blanks or the like in quotes, as in a shell. */
export function shownCommand(argv: readonly string[]): string {
  return argv.map(shownArgument).join(' ');
}

function shownArgument(argument: string): string {
  const clean = printable(argument);
  const short = clean.length <= LONGEST_ARGUMENT ? clean : `${clean.slice(0, LONGEST_ARGUMENT)}…`;
  return /^[\w@%+=:,./-]+$/.test(short) ? short : `'${short.replaceAll("'", "'\\''")}'`;
}
