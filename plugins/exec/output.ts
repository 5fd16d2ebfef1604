import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { printable } from '../shared/words.ts';

/** Characters of a logged line, and bytes kept of what was written last. */
const LONGEST_LINE = 4_096;
const LONGEST_REASON = 300;

/** One stream of the program on its way to the log, line by line, up to a number of bytes. */
export interface Output {
  /** Logs what is left without a line end, and how much was dropped. To be called once, at the end. */
  finish(): void;
  /** The last line with something in it, whether it was logged or dropped; empty when there was none. */
  lastLine(): string;
}

/**
 * Reads `stream` to its end and gives its lines to `log`: at most `limit` bytes. Of the rest, its end goes to `debug`,
 * so that it is kept with the attempt, and all else is read and dropped.
 */
export function logOutput(
  stream: Readable,
  limit: number,
  log: (line: string) => void,
  debug: (line: string) => void,
): Output {
  const lines = splitLines(log);
  let left = limit;
  let dropped = 0;
  let tail: Buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    const logged = chunk.subarray(0, left);
    left -= logged.length;
    dropped += chunk.length - logged.length;
    if (logged.length > 0) lines.add(logged);
    tail = Buffer.concat([tail, chunk.subarray(-LONGEST_LINE)]).subarray(-LONGEST_LINE);
  });
  // A pipe that breaks ends the output; how the program ended is told by its exit.
  stream.on('error', () => {});
  return {
    finish() {
      lines.finish();
      if (dropped === 0) return;
      log(`(${dropped} more bytes dropped: outputLimit is ${limit})`);
      const last = splitLines(debug);
      last.add(tail.subarray(-dropped));
      last.finish();
    },
    lastLine() {
      const written = tail.toString().split('\n').map(printable);
      return (written.findLast((line) => line.trim() !== '') ?? '').trim().slice(0, LONGEST_REASON);
    },
  };
}

/** Lines out of chunks that may be cut anywhere, also inside a character. Longer lines are given in pieces. */
function splitLines(log: (line: string) => void) {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const give = (line: string) => {
    const text = printable(line);
    if (text !== '') log(text);
  };
  const add = (text: string) => {
    rest += text;
    for (let end = endOfLine(rest); end !== undefined; end = endOfLine(rest)) {
      give(rest.slice(0, end));
      rest = rest.slice(rest[end] === '\n' ? end + 1 : end);
    }
  };
  return {
    add: (chunk: Buffer) => add(decoder.write(chunk)),
    finish() {
      add(decoder.end());
      give(rest);
      rest = '';
    },
  };
}

function endOfLine(text: string): number | undefined {
  const lineFeed = text.indexOf('\n');
  if (lineFeed !== -1 && lineFeed <= LONGEST_LINE) return lineFeed;
  return text.length > LONGEST_LINE ? LONGEST_LINE : undefined;
}
