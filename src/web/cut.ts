import { LONGEST_TEXT } from './model.ts';

/** A text of a stranger for a list or the status: it may be as long as a packet, and there may be many of them. */
export function cut(text: string): string;
export function cut(text: string | undefined): string | undefined;
export function cut(text: string | undefined): string | undefined {
  return text === undefined || text.length <= LONGEST_TEXT
    ? text
    : `${text.slice(0, LONGEST_TEXT - 1).toWellFormed()}…`;
}
