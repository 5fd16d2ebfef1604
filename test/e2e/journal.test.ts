import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { sandbox } from '../support/executable.ts';
import { fillJournal } from '../support/full-journal.ts';
import { packet, programOf, startBroker } from '../support/play.ts';

const configuration = (port: number, journal = ''): string => `identity: ivo://org.example/telescope-1
web: false
journal: { path: ./journal.db${journal} }
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"], reconnect: { initial: 50ms, max: 100ms } } }
handlers:
  keep: { plugin: archive, with: { directory: ./archive } }
`;

test('the daemon removes what is older than journal.keep, and the journal is whole afterwards', async (context) => {
  const { directory, write, start } = sandbox(context);
  // They came five seconds apart: some before the last hour.
  await fillJournal(join(directory, 'journal.db'), 1_000);
  write('voeventd.yaml', configuration(9, ', keep: 1h'));
  const daemon = start('run');
  const { msg } = await daemon.logged(/^Removed \d+ alerts from the journal, as journal\.keep asks$/);
  assert.ok(Number(/\d+/.exec(msg)?.[0]) >= 200, msg);
  const vacuum = start('journal', 'vacuum');
  assert.equal((await vacuum.exited).code, 1);
  assert.match(vacuum.lines.join('\n'), new RegExp(`another voeventd uses it \\(process ${daemon.child.pid}\\)`));
  await daemon.stop();
  const verify = start('journal', 'verify');
  assert.equal((await verify.exited).code, 0, verify.output.join('\n'));
});

test('a journal that is damaged is set aside; what the intake’s log has is handled; or the daemon refuses', async (context) => {
  const { directory, write, start } = sandbox(context);
  const packets = ['one', 'two', 'three'].map((name) => packet(name));
  const { broker, port } = await startBroker(context, { program: programOf(packets), rate: 100, window: 3 });
  write('voeventd.yaml', configuration(port));
  const archive = join(directory, 'archive');
  const archived = (): number =>
    existsSync(archive)
      ? readdirSync(archive, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.xml')).length
      : 0;
  const killed = start('run');
  await killed.until('every alert archived', () => broker.report().acknowledged === 3 && archived() === 3);
  await killed.stop('SIGKILL');
  rmSync(archive, { recursive: true });
  writeFileSync(join(directory, 'journal.db'), 'no database at all '.repeat(500));
  // Else SQLite mends the file with what its log has.
  for (const suffix of ['-wal', '-shm']) rmSync(join(directory, `journal.db${suffix}`));

  write('voeventd.yaml', configuration(port, ', onCorrupt: refuse'));
  const refused = start('run');
  assert.equal((await refused.exited).code, 1);
  assert.match(refused.lines.join('\n'), /Cannot use the journal .*: file is not a database\. Put back a copy of it/);

  write('voeventd.yaml', configuration(port));
  const daemon = start('run');
  await daemon.logged(/^The journal .*journal\.db is damaged: file is not a database\. It is kept as .*\.corrupt-\d/);
  await daemon.until('every alert archived again', () => archived() === 3);
  await daemon.stop();
  assert.equal(readdirSync(directory).filter((name) => /^journal\.db\.corrupt-\d{8}T\d{6}Z$/.test(name)).length, 1);
});
