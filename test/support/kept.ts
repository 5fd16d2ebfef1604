import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { digestOf } from '../../src/alert/digest.ts';
import { LogReader } from '../../src/journal/log/reader.ts';
import type { Entry } from '../../src/journal/log/record.ts';
import { afterAll, type LogPosition } from '../../src/journal/log/segments.ts';
import { intakePosition } from '../../src/journal/position.ts';

/** The packets that are on disk, in their order, each once: in the journal, and in the intake log what it has yet to take in. */
export function keptPackets(journalPath: string): Buffer[] {
  if (!existsSync(journalPath)) return [];
  using database = new DatabaseSync(journalPath, { readOnly: true });
  for (;;) {
    const from = intakePosition(database);
    const kept = new Map<string, Buffer>();
    const rows = database.prepare('SELECT hex(digest) AS digest, packet FROM alert ORDER BY seq').all();
    for (const { digest, packet } of rows) kept.set(String(digest), Buffer.from(packet as Uint8Array));
    for (const { packet, element } of waiting(journalPath, from)) {
      const digest = digestOf(packet, element).toString('hex').toUpperCase();
      if (!kept.has(digest)) kept.set(digest, Buffer.from(packet));
    }
    // Else something was taken in, and its segment perhaps removed, between one look and the other.
    const until = intakePosition(database);
    if (until.segment === from.segment && until.offset === from.offset) return [...kept.values()];
  }
}

function waiting(journalPath: string, from: LogPosition): Entry[] {
  const reader = new LogReader(journalPath, { damaged: () => {} });
  const entries: Entry[] = [];
  const until = afterAll(journalPath);
  let position = from;
  for (;;) {
    const batch = reader.read(position, until);
    for (const { packet, ...entry } of batch.entries) entries.push({ ...entry, packet: Buffer.from(packet) });
    position = batch.position;
    if (batch.isLast) break;
  }
  reader.close();
  return entries;
}
