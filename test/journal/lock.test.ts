import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { UserError } from '../../src/common/errors.ts';
import { lockJournal } from '../../src/journal/lock.ts';
import { directoryFor } from './journal.ts';

const LOCK_MODULE = new URL('../../src/journal/lock.ts', import.meta.url).href;

/** Takes the lock, says so, and lives until it is killed. */
const HOLDER = `
  import { lockJournal } from ${JSON.stringify(LOCK_MODULE)};
  const lock = lockJournal(process.argv[1]);
  console.log('locked');
  setInterval(() => lock, 1_000_000);`;

describe('the journal’s lock', () => {
  it('is one process’s at a time, and names it', (t) => {
    const path = join(directoryFor(t), 'journal.db');
    const lock = lockJournal(path);
    assert.throws(
      () => lockJournal(path),
      (error) =>
        error instanceof UserError &&
        error.code === 'journal.taken' &&
        error.message.includes(`process ${process.pid})`),
    );
    lock.release();
    lockJournal(path).release();
  });

  it('of one journal is not that of another', (t) => {
    const directory = directoryFor(t);
    const [one, other] = [lockJournal(join(directory, 'a.db')), lockJournal(join(directory, 'b.db'))];
    one.release();
    other.release();
  });

  it('goes with its process, however that dies', async (t) => {
    const path = join(directoryFor(t), 'journal.db');
    const child = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    assert.deepEqual(await once(createInterface(child.stdout), 'line'), ['locked']);
    assert.throws(
      () => lockJournal(path),
      new RegExp(`another voeventd uses it \\(process ${child.pid}\\)\\. Stop that one`),
    );
    assert.equal(readFileSync(`${path}.pid`, 'utf8'), `${child.pid}\n`, 'who was refused has left the name alone');
    child.kill('SIGKILL');
    await once(child, 'exit');
    lockJournal(path).release();
  });

  it('that cannot be had at all is an error with a reason', (t) => {
    const path = join(directoryFor(t), 'journal.db');
    mkdirSync(`${path}.lock`);
    assert.throws(
      () => lockJournal(path),
      (error) =>
        error instanceof UserError && error.code === 'journal.lock' && /^Cannot lock the journal /.test(error.message),
    );
  });
});
