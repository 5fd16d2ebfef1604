import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, explain, UserError } from '../common/errors.ts';
import { type ExportedAlert, exportedAlerts } from '../journal/export.ts';
import { EXIT } from './exit.ts';
import { type JournalOptions, journalSettings } from './journal-path.ts';
import { timeOf } from './time-of.ts';

export interface ExportOptions extends JournalOptions {
  readonly since?: string;
  readonly until?: string;
  readonly stream?: string;
  readonly role?: string;
}

const INDEX = 'index.jsonl';

/** `voeventd journal export`: each packet a file, byte for byte, and a line on each in `index.jsonl`. */
export async function journalExportCommand(directory: string, options: ExportOptions): Promise<number> {
  const { path } = await journalSettings(options);
  const now = Date.now();
  const filter = {
    ...{ since: timeOf('--since', options.since, now), until: timeOf('--until', options.until, now) },
    ...{ stream: options.stream, role: options.role },
  };
  const alerts = exportedAlerts(path, filter);
  // The journal first: where there is none, nothing is made.
  let next = alerts.next();
  let count = 0;
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, INDEX), '', { flag: 'wx' });
    for (; next.done !== true; next = alerts.next()) {
      write(directory, next.value);
      count += 1;
    }
  } catch (error) {
    alerts.return(undefined);
    throw new UserError('journal.export', refusal(directory, error, count), { cause: error });
  }
  process.stdout.write(`${directory}: ${count === 1 ? 'one alert' : `${count} alerts`}\n`);
  return EXIT.ok;
}

function write(directory: string, { packet, receivedAt, ...facts }: ExportedAlert): void {
  const file = `${String(facts.seq).padStart(9, '0')}-${facts.id}${extensionOf(packet)}`;
  writeFileSync(join(directory, file), packet, { flag: 'wx' });
  const line = { file, ...facts, receivedAt: new Date(receivedAt).toISOString(), bytes: packet.length };
  appendFileSync(join(directory, INDEX), `${JSON.stringify(line)}\n`);
}

/** By how it begins: what cannot be read has a name too. */
function extensionOf(packet: Buffer): string {
  const first = packet
    .toString('latin1', 0, 64)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart()[0];
  if (first === '<') return '.xml';
  return first === '{' || first === '[' ? '.json' : '.bin';
}

function refusal(directory: string, error: unknown, count: number): string {
  if (codeOf(error) === 'EEXIST') {
    return `Cannot export into ${directory}: there is an export already. Name another directory, or remove it.`;
  }
  return `Cannot export into ${directory}: ${explain(error)}. ${count} alerts were written.`;
}
