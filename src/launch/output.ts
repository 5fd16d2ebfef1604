import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { StreamEnd } from './program.ts';

/** Characters of a line, and bytes kept of what was written last. */
const LONGEST_LINE = 4_096;

/** Reads `stream` to its end and gives its lines on: at most `limit` bytes, the rest is read and dropped. */
export function readOutput(stream: Readable, limit: number, give: (lines: readonly string[]) => void): () => StreamEnd {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let left = limit;
  let dropped = 0;
  let tail: Buffer = Buffer.alloc(0);
  const add = (text: string): void => {
    const { lines, rest: begun } = split(rest + text);
    rest = begun;
    if (lines.length > 0) give(lines);
  };
  stream.on('data', (chunk: Buffer) => {
    const taken = chunk.subarray(0, left);
    left -= taken.length;
    dropped += chunk.length - taken.length;
    if (taken.length > 0) add(decoder.write(taken));
    tail = Buffer.concat([tail, chunk.subarray(-LONGEST_LINE)]).subarray(-LONGEST_LINE);
  });
  // A pipe that breaks ends the output; how the program ended is told by its exit.
  stream.on('error', () => {});
  return () => {
    add(decoder.end());
    if (rest !== '') give([rest]);
    rest = '';
    return { dropped, tail: tail.toString() };
  };
}

/** Lines out of text that may be cut anywhere. Longer ones are given in pieces. */
function split(text: string): { lines: string[]; rest: string } {
  const lines: string[] = [];
  let from = 0;
  for (;;) {
    const lineFeed = text.indexOf('\n', from);
    const isLine = lineFeed !== -1 && lineFeed - from <= LONGEST_LINE;
    if (!isLine && text.length - from <= LONGEST_LINE) return { lines, rest: text.slice(from) };
    lines.push(text.slice(from, isLine ? lineFeed : from + LONGEST_LINE));
    from = isLine ? lineFeed + 1 : from + LONGEST_LINE;
  }
}
