import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';

/**
 * What the journal in this directory answers to the question, as the process left it that is gone: it is a copy that is
 * asked, so that the next process finds what the last one left.
 */
export function asked(directory: string, sql: string): Record<string, SQLOutputValue>[] {
  const copy = mkdtempSync(join(tmpdir(), 'voeventd-chaos-'));
  try {
    for (const name of readdirSync(directory).filter((one) => /^journal\.db(?:-wal)?$/.test(one))) {
      cpSync(join(directory, name), join(copy, name));
    }
    const database = new DatabaseSync(join(copy, 'journal.db'));
    try {
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  } finally {
    rmSync(copy, { recursive: true });
  }
}
