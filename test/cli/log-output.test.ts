import assert from 'node:assert/strict';
import test from 'node:test';
import { LogOutput, type Write } from '../../src/cli/log-output.ts';
import { turns, within } from '../support/wait.ts';

/** Something to write to that says by hand when it has written, and how much. */
function destination(): { write: Write; written: string[]; done: (error?: Error, written?: number) => void } {
  let finish: Parameters<Write>[1] | undefined;
  const written: string[] = [];
  return {
    write: (bytes, done) => {
      written.push(bytes.toString());
      finish = done;
    },
    written,
    done: (error, bytes) => finish?.(error, bytes),
  };
}

test('a line is written at once, and what comes meanwhile after it, together', async () => {
  const { write, written, done } = destination();
  const output = new LogOutput(write);
  for (const line of ['one\n', 'two\n', 'three\n']) output.write(line);
  assert.deepEqual(written, ['one\n']);
  done();
  assert.deepEqual(written, ['one\n', 'two\nthree\n']);
  done();
  assert.equal(await output.flush(), true);
});

test('what was written in part is written to its end', () => {
  const { write, written, done } = destination();
  new LogOutput(write).write('a line\n');
  done(undefined, 2);
  done(undefined, 5);
  assert.deepEqual(written, ['a line\n', 'line\n']);
});

test('lines that cannot be written are lost, and those after them are not', async () => {
  const { write, written, done } = destination();
  const output = new LogOutput(write);
  output.write('on a full disk\n');
  output.write('later\n');
  done(new Error('ENOSPC'));
  assert.deepEqual(written, ['on a full disk\n', 'later\n']);
  done();
  assert.equal(await output.flush(), true);
});

test('while nobody reads, no more than four megabytes wait', () => {
  const { write, written, done } = destination();
  const output = new LogOutput(write);
  const line = `${'x'.repeat(1_023)}\n`;
  for (let count = 0; count < 10_000; count++) output.write(line);
  done();
  assert.equal(written.join('').length, 4 * 1024 * 1024);
  done();
  output.write('read again\n');
  assert.equal(written.at(-1), 'read again\n');
});

test('the end waits for what is still to be written, and not for ever', async (context) => {
  const { write, done } = destination();
  const output = new LogOutput(write);
  output.write('slow\n');
  const slow = output.flush();
  done();
  assert.equal(await within(slow, 'the line to be written'), true);
  context.mock.timers.enable({ apis: ['setTimeout'] });
  output.write('stuck\n');
  const stuck = output.flush();
  await turns();
  context.mock.timers.tick(1_000);
  assert.equal(await within(stuck, 'the patience to end'), false);
});
