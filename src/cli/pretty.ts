import type { destination } from 'pino';
import { build as prettyStream } from 'pino-pretty';

/** The log's lines for a person on a terminal. */
export function prettyLines(output: ReturnType<typeof destination>): ReturnType<typeof prettyStream> {
  return prettyStream({
    destination: output,
    sync: true,
    colorize: process.stderr.isTTY === true && process.env.NO_COLOR === undefined,
    translateTime: 'UTC:HH:MM:ss.l',
    ignore: 'pid,hostname',
    hideObject: true,
    messageFormat: (line, key) => {
      const text = printable(String(line[key]));
      const { delivery, source } = line;
      const mark = delivery ?? source;
      return typeof mark === 'string' && !text.includes(mark) ? `${text} [${printable(mark)}]` : text;
    },
  });
}

/** Packets are hostile text: no control character of theirs reaches the terminal. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '�');
}
