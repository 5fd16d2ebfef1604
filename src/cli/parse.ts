import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { createDecoder, DecodeError } from '../alert/decode.ts';
import { explain } from '../common/errors.ts';
import { EXIT } from './exit.ts';

/** `voeventd parse`: one JSON object a line. */
export async function parse(files: readonly string[]): Promise<number> {
  const decoder = await createDecoder();
  const receivedAt = new Date().toISOString();
  let code: number = EXIT.ok;
  for (const file of files) {
    try {
      const packet = file === '-' ? await buffer(process.stdin) : await readFile(file);
      process.stdout.write(`${JSON.stringify(decoder.decode(packet, { source: file, receivedAt }))}\n`);
    } catch (error) {
      const reason = error instanceof DecodeError ? `${error.message}` : explain(error);
      process.stderr.write(`voeventd: Cannot decode ${file === '-' ? 'standard input' : file}: ${reason}.\n`);
      code = EXIT.failed;
    }
  }
  return code;
}
