import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { UserError } from '../../src/common/errors.ts';
import { ensureWhole } from '../../src/journal/whole.ts';
import { recordLog } from '../support/wait.ts';
import { directoryFor, TestAppender } from './journal.ts';

const NOW = new Date('2026-11-27T03:04:05Z');
const TEXT = 'no database at all '.repeat(500);

describe('a journal at the start', () => {
  it('that is whole, or is not there, is left alone without a word', (t) => {
    const path = join(directoryFor(t), 'journal.db');
    const log = recordLog();
    ensureWhole(path, 'start-new', log, NOW);
    assert.equal(existsSync(path), false);
    new TestAppender(path).close();
    ensureWhole(path, 'refuse', log, NOW);
    assert.deepEqual(log.lines, []);
  });

  it('that is damaged is kept under another name, and the log says so', (t) => {
    const path = join(directoryFor(t), 'journal.db');
    const log = recordLog();
    writeFileSync(path, TEXT);
    ensureWhole(path, 'start-new', log, NOW);
    const aside = `${path}.corrupt-20261127T030405Z`;
    assert.equal(readFileSync(aside, 'utf8'), TEXT);
    assert.ok(existsSync(path));
    assert.deepEqual(
      log.lines.map(({ level, message }) => [level, message.slice(0, 30)]),
      [
        ['error', `The journal ${path}`.slice(0, 30)],
        ['warn', `Taken over from ${aside}`.slice(0, 30)],
        ['error', `Cannot read all of ${aside}`.slice(0, 30)],
      ],
    );
    assert.ok(log.lines[0]?.message.includes(`It is kept as ${aside}, and a new one is begun`));
  });

  it('that is damaged is left as it is where that is asked for', (t) => {
    const path = join(directoryFor(t), 'journal.db');
    writeFileSync(path, TEXT);
    assert.throws(
      () => ensureWhole(path, 'refuse', recordLog(), NOW),
      (error) => error instanceof UserError && error.code === 'journal.corrupt' && /not a database/.test(error.message),
    );
    assert.equal(readFileSync(path, 'utf8'), TEXT);
  });
});
