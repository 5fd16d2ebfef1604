import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { createDecoder, DecodeError, type Decoder } from '../alert/decode.ts';
import type { Decoded } from '../alert/decoded.ts';
import type { Alert } from '../alert/model.ts';
import { Threads } from '../alert/threads.ts';
import { explain } from '../common/errors.ts';
import { EXIT } from './exit.ts';

export interface ParseOptions {
  /** Hold each VOEvent against its schema. */
  readonly validate?: boolean;
  /** False: leave out the document itself. */
  readonly raw?: boolean;
}

/**
 * `voeventd parse`: one JSON object a line. With several files, all are read once before the first is printed, so that
 * alerts about one event share a thread whatever the order of the files.
 */
export async function parse(files: readonly string[], options: ParseOptions = {}): Promise<number> {
  const reader = new Reader(await createDecoder(), options.validate === true);
  const threads = new Threads();
  if (files.length > 1) {
    for (const file of files) {
      const decoded = await reader.read(file).catch(() => undefined);
      if (decoded !== undefined) threads.join(decoded.threadKeys);
    }
  }
  let code: number = EXIT.ok;
  for (const file of files) {
    try {
      const { alert, threadKeys } = await reader.read(file);
      const { thread } = threads.join(threadKeys);
      print({ ...alert, thread }, options);
      if (!reportValidity(file, alert, options)) code = EXIT.failed;
    } catch (error) {
      const reason = error instanceof DecodeError ? `${error.message}` : explain(error);
      process.stderr.write(`voeventd: Cannot decode ${nameOf(file)}: ${reason}.\n`);
      code = EXIT.failed;
    }
  }
  return code;
}

class Reader {
  readonly #decoder: Decoder;
  readonly #validate: boolean;
  readonly #receivedAt = new Date().toISOString();
  /** Standard input can be read only once. */
  #input: Promise<Buffer> | undefined;

  constructor(decoder: Decoder, validate: boolean) {
    this.#decoder = decoder;
    this.#validate = validate;
  }

  async read(file: string): Promise<Decoded> {
    const packet = file === '-' ? await this.#standardInput() : await readFile(file);
    return this.#decoder.read(packet, { source: file, receivedAt: this.#receivedAt }, { validate: this.#validate });
  }

  #standardInput(): Promise<Buffer> {
    this.#input ??= buffer(process.stdin);
    return this.#input;
  }
}

function print(alert: Alert, { raw = true }: ParseOptions): void {
  const { raw: document, ...fields } = alert;
  process.stdout.write(`${JSON.stringify(raw ? { ...fields, raw: document } : fields)}\n`);
}

/** Says on stderr what is wrong with a packet that breaks its schema. @returns whether all is well */
function reportValidity(file: string, { validity, format, version }: Alert, { validate }: ParseOptions): boolean {
  if (validate !== true) return true;
  if (validity === undefined) {
    const what = format === 'voevent' ? `VOEvent ${version || 'without a version'}` : `the format ${format}`;
    process.stderr.write(`voeventd: ${nameOf(file)} was not validated: there is no schema for ${what}.\n`);
    return true;
  }
  for (const { line, message } of validity.problems) {
    process.stderr.write(`${nameOf(file)}:${line}: ${message} (VOEvent ${validity.schema} schema)\n`);
  }
  return validity.valid;
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}
