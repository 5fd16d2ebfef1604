import { printable } from './words.ts';

/** One line of at most so many characters, that no alert can break, colour or turn around. */
export function oneLine(text: string, most: number): string {
  return cut(printable(text.slice(0, 2 * most).replace(/[\r\n]+/g, ' ')).trim(), most);
}

/** Text of at most so many characters in which line ends stay, and nothing else that steers a terminal. */
export function paragraph(text: string, most: number): string {
  const lines = text.slice(0, 2 * most).split(/\r\n|[\r\n]/);
  return cut(
    lines
      .map((line) => printable(line).trimEnd())
      .join('\n')
      .trim(),
    most,
  );
}

/** The beginning of a text, well-formed, with `…` where something is missing. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text.toWellFormed();
  return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`.toWellFormed();
}
