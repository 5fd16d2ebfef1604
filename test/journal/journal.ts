import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Entry, JournalAppender } from '../../src/journal/append.ts';
import { Ledger } from '../../src/journal/ledger.ts';
import { voevent } from '../support/packets.ts';

/** A directory of this test's own, gone after it. */
export function directoryFor(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'journal-test-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Both ends of a new journal, closed after the test. */
export function openJournal(context: TestContext): { path: string; appender: JournalAppender; ledger: Ledger } {
  const path = join(directoryFor(context), 'journal.db');
  const appender = new JournalAppender(path);
  const ledger = new Ledger(path);
  context.after(() => {
    appender.close();
    ledger.close();
  });
  return { path, appender, ledger };
}

/** An entry of this number, unlike every other. */
export function entry(number: number, changes: Partial<Entry> = {}): Entry {
  const packet = voevent(`ivo://example.org/s#${number}`);
  return {
    digest: createHash('sha256').update(packet).digest(),
    ...{
      source: 'campus',
      peer: 'broker.example.org:8099',
      ivorn: `ivo://example.org/s#${number}`,
      role: 'observation',
    },
    ...{ receivedAt: 1_790_000_000_000 + number, packet },
    ...changes,
  };
}
