import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { scanEnvelope } from '../../src/alert/envelope.ts';
import { JournalImporter } from '../../src/journal/import.ts';
import { Ledger } from '../../src/journal/ledger.ts';
import type { Entry } from '../../src/journal/log/record.ts';
import { voevent } from '../support/packets.ts';

/** A directory of this test's own, gone after it. */
export function directoryFor(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'journal-test-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Puts alerts into a journal without an intake log. */
export class TestAppender {
  readonly importer: JournalImporter;

  constructor(path: string) {
    this.importer = new JournalImporter(path);
  }

  append(entries: readonly Entry[]): boolean[] {
    return this.importer.take(entries, { segment: 0, offset: 0 });
  }

  close(): void {
    this.importer.close();
  }
}

/** Both ends of a new journal, closed after the test. */
export function openJournal(context: TestContext): { path: string; appender: TestAppender; ledger: Ledger } {
  const path = join(directoryFor(context), 'journal.db');
  const appender = new TestAppender(path);
  const ledger = new Ledger(path);
  context.after(() => {
    appender.close();
    ledger.close();
  });
  return { path, appender, ledger };
}

/** An entry of this number, unlike every other. */
export function entry(number: number, changes: Partial<Entry> = {}): Entry {
  const { packet = voevent(`ivo://example.org/s#${number}`) } = changes;
  return {
    element: scanEnvelope(Buffer.from(packet)).element,
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
