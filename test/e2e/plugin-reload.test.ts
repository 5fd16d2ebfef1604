import assert from 'node:assert/strict';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Status } from '../../src/web/model.ts';
import { ScriptedBroker } from '../support/broker.ts';
import { sandbox, type Voeventd } from '../support/executable.ts';
import { webAddress } from '../support/http.ts';
import { packet } from '../support/play.ts';

interface Play {
  readonly daemon: Voeventd;
  write(name: string, content: string): string;
  directory: string;
  /** Sends an alert, and resolves to what becomes of it in this handler: `done: …` or `failed: …`. */
  ask(handler: string): Promise<string>;
  configure(handlers: string, more?: string): void;
  /** Resolves once the status is as wanted. */
  status(what: string, isSo: (status: Status) => boolean): Promise<Status>;
}

/** A daemon with these files in its plugin folder. */
async function play(
  context: TestContext,
  files: Readonly<Record<string, string>>,
  handlers: string,
  more = '',
): Promise<Play> {
  const broker = await ScriptedBroker.listen();
  context.after(() => broker[Symbol.asyncDispose]());
  const { directory, write, start } = sandbox(context);
  for (const folder of ['plugins', 'plugins/parts', 'plugins/box']) mkdirSync(join(directory, folder));
  for (const [name, content] of Object.entries(files)) write(name, content);
  const configure = (listed: string, rest = ''): void => {
    write(
      'voeventd.yaml',
      `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${broker.port}"] } }
web: { listen: "127.0.0.1:0" }
handlers: ${listed}
${rest}
`,
    );
  };
  configure(handlers, more);
  const daemon = start('run');
  const url = await webAddress(daemon);
  const connection = await broker.connection();
  let sent = 0;
  const ask = async (handler: string): Promise<string> => {
    sent += 1;
    connection.send(packet(`n${sent}`));
    const pattern = new RegExp(`^${handler} (?:done|failed)`);
    const ended = () => daemon.log.filter(({ msg, ivorn }) => pattern.test(msg) && String(ivorn).endsWith(`#n${sent}`));
    await daemon.until(`${handler} to end n${sent}`, () => ended().length > 0);
    return String(ended()[0]?.msg).slice(handler.length + 1);
  };
  const status: Play['status'] = async (what, isSo) => {
    for (let deadline = Date.now() + 10_000; ; await setTimeout(50)) {
      const found = (await (await fetch(`${url}/api/status`)).json()) as Status;
      if (isSo(found)) return found;
      if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}: ${JSON.stringify(found.concerns)}`);
    }
  };
  return { daemon, write, directory, ask, configure, status };
}

const says = (what: string) => `export default { handle: () => '${what}' };\n`;

test('a plugin is taken up when its file changes, what it imports, or a file in its folder', async (context) => {
  const box = `import { readFileSync } from 'node:fs';
const words = readFileSync(import.meta.dirname + '/words.txt', 'utf8');
export default { handle: () => words };
`;
  const { daemon, write, directory, ask } = await play(
    context,
    {
      ...{ 'plugins/mine.ts': `import { words } from './parts/words.ts';\n${says("' + words + '")}` },
      ...{ 'plugins/parts/words.ts': "export const words: string = 'first';\n", 'plugins/other.mjs': says('other') },
      ...{ 'plugins/box/index.mjs': box, 'plugins/box/words.txt': 'first' },
    },
    '{ mine: { plugin: mine }, box: { plugin: box }, other: { plugin: other } }',
  );
  assert.deepEqual([await ask('mine'), await ask('box')], ['done: first', 'done: first']);
  write('plugins/parts/words.ts', "export const words: string = 'second';\n");
  await daemon.logged(/^The plugin mine has changed: mine runs with it as it is now/);
  write('plugins/box/words.txt', 'second');
  await daemon.logged(/^The plugin box has changed: box runs with it as it is now/);
  assert.deepEqual([await ask('mine'), await ask('box')], ['done: second', 'done: second']);
  // As editors write: beside it, and then in its place; twice, since a watch on the file would see only the first.
  for (const edition of ['third', 'fourth']) {
    renameSync(write('plugins/.mine.ts.swp', says(edition)), join(directory, 'plugins/mine.ts'));
    await daemon.logged(/^The plugin mine has changed/, edition === 'third' ? 2 : 3);
    assert.equal(await ask('mine'), `done: ${edition}`);
  }
  assert.equal(await ask('other'), 'done: other');
  assert.equal(daemon.log.filter(({ msg }) => /^The plugin other/.test(msg)).length, 0);
  await daemon.stop();
});

test('what runs when a plugin changes ends in the old process, and what comes meanwhile runs in the new one', async (context) => {
  const waits = `import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
export default {
  concurrency: 2,
  async handle(_, { log }) {
    log.info('old begins');
    while (!existsSync(import.meta.dirname + '/go')) await setTimeout(10);
    return 'old';
  },
  close: () => console.log('old closes'),
};
`;
  const { daemon, write, ask } = await play(context, { 'plugins/mine.mjs': waits }, '{ mine: { plugin: mine } }');
  const first = ask('mine');
  await daemon.logged(/^old begins/);
  write('plugins/mine.mjs', `${says('new').replace('{', '{ concurrency: 2,')}`);
  await daemon.logged(/^The plugin mine has changed/);
  assert.equal(await ask('mine'), 'done: new');
  assert.equal(daemon.log.filter(({ msg }) => /^old closes/.test(msg)).length, 0);
  write('plugins/go', '');
  await daemon.logged(/^old closes/);
  await daemon.until('both to be done', () => daemon.log.filter(({ msg }) => /^mine done/.test(msg)).length === 2);
  await daemon.logged(/^mine done: old/);
  void first.catch(() => {});
  await daemon.stop();
});

test('a changed plugin that cannot be used leaves the one before running, and a good edit takes over', async (context) => {
  const { daemon, write, ask, status } = await play(
    context,
    { 'plugins/mine.ts': says('first') },
    '{ mine: { plugin: mine, with: { filter: B } } }',
  );
  const refuses = async (content: string, reason: RegExp): Promise<void> => {
    write('plugins/mine.ts', content);
    const { msg } = await daemon.logged(reason);
    assert.match(msg, /^The plugin mine has changed, and mine cannot run with it: .*It goes on with the one before;/);
    assert.equal(await ask('mine'), 'done: first');
    await status(`a warning of ${reason}`, ({ level, concerns }) => {
      const message = concerns.find(({ about }) => about === 'handler mine')?.message ?? '';
      const before = /^Its plugin has changed, and it goes on with the one before: /.test(message);
      return level === 'warning' && before && reason.test(message);
    });
  };
  await refuses('export default { handle() {', /Cannot load \S+mine\.ts: Expected/);
  await refuses(`import './helper.ts';\n${says('helped')}`, /Cannot find module \S+helper\.ts/);
  write('plugins/helper.ts', 'export {};\n');
  await daemon.logged(/^The plugin mine has changed: mine runs/);
  assert.equal(await ask('mine'), 'done: helped');
  await status('no concerns', ({ concerns }) => concerns.length === 0);
  write('plugins/mine.ts', says('first'));
  await daemon.logged(/^The plugin mine has changed: mine runs/, 2);

  await refuses(
    `export default { permissions: { net: true }, handle: () => 'granted' };\n`,
    /needs more than its handler allows\. If you trust it, add to handlers\.mine: `allow: \{ net: true \}`/,
  );
  await refuses(
    `export default { config: (z) => z.strictObject({ filter: z.number() }), handle: () => 'typed' };\n`,
    /The options of its handler do not fit it\. with\.filter: Expected a number, got "B"/,
  );
  await refuses(
    `export default { setup() { throw new Error('no dome'); }, handle: () => 'set up' };\n`,
    /Its setup failed: no dome/,
  );
  await refuses('process.exit(3);\n', /Its process exited with code 3/);
  // With another number of attempts it is another lane.
  write(
    'plugins/mine.ts',
    `export default { attempts: 2, handle: (_, { attempt, retry }) => {
  if (attempt === 1) throw retry('once more', { afterMs: 1 });
  return 'mended';
} };\n`,
  );
  await daemon.logged(/^The plugin mine has changed: mine runs/, 3);
  await ask('mine');
  await daemon.logged(/^mine done: mended/);
  await status('no concerns', ({ concerns }) => concerns.length === 0);
  await daemon.stop();
});

test('a plugin that is broken at the start comes to life when it is mended, and one whose process keeps dying too', async (context) => {
  const { daemon, write, status, ask } = await play(
    context,
    { 'plugins/broken.ts': 'export default {', 'plugins/dies.ts': 'export default { handle: () => process.exit(7) };' },
    '{ broken: { plugin: broken }, dies: { plugin: dies, retry: { attempts: 9, delay: 1ms } } }',
  );
  await daemon.logged(/^The handler broken cannot run: Cannot load .* mend the plugin$/);
  void ask('broken').catch(() => {});
  await daemon.logged(/^The plugin of dies died: its process exited with code 7; it is started again in 2s/);
  await status('one that is broken, and one that is started again', ({ handlers, concerns }) => {
    const dies = /^Its plugin does not run: its process exited with code 7\./;
    return handlers.map(({ state }) => state).join() === 'broken,restarting' && dies.test(concerns[1]?.message ?? '');
  });
  write('plugins/dies.ts', says('lives'));
  write('plugins/broken.ts', says('mended'));
  await daemon.logged(/^broken done: mended/);
  await daemon.logged(/^dies done: lives/);
  await status('no concerns', ({ concerns }) => concerns.length === 0);
  await daemon.stop();
});

test('with watchPlugins: false a changed plugin is taken up at SIGHUP, or leaves the one before running', async (context) => {
  const { daemon, write, ask, configure } = await play(
    context,
    { 'plugins/mine.ts': says('first') },
    '{ mine: { plugin: mine } }',
    'watchPlugins: false',
  );
  assert.equal(await ask('mine'), 'done: first');
  write('plugins/mine.ts', `export default { setup() { throw new Error('no dome'); }, handle: () => 'second' };\n`);
  daemon.child.kill('SIGHUP');
  const { msg } = await daemon.logged(/^The plugin mine has changed, and mine cannot run with it/);
  assert.match(msg, /Its setup failed: no dome\. It goes on with the one before; mend the plugin/);
  await daemon.logged(/^Reloaded/);
  assert.equal(await ask('mine'), 'done: first');
  write('plugins/mine.ts', says('third'));
  configure('{ mine: { plugin: mine }, lines: { plugin: log } }', 'watchPlugins: false');
  daemon.child.kill('SIGHUP');
  await daemon.logged(/^Reloaded/, 2);
  assert.equal(await ask('mine'), 'done: third');
  assert.equal(daemon.log.filter(({ msg }) => /^The plugin mine has changed: /.test(msg)).length, 0);
  await daemon.stop();
});

test('a plugin that cannot be set up at the start is tried again, and keeps no other from its alerts', async (context) => {
  const late = `import { existsSync } from 'node:fs';
export default {
  setup() { if (!existsSync(import.meta.dirname + '/mounted')) throw new Error('the disk is not mounted'); },
  handle: () => 'at last',
};
`;
  const { daemon, write, ask, status } = await play(
    context,
    { 'plugins/late.mjs': late, 'plugins/good.mjs': says('well') },
    '{ late: { plugin: late }, good: { plugin: good } }',
  );
  const { msg } = await daemon.logged(/^The handler late cannot run/);
  assert.match(
    msg,
    /Its setup failed: the disk is not mounted\. Its deliveries wait in the journal; it is tried again$/,
  );
  await daemon.logged(
    /^The handler late still cannot run: Its setup failed: the disk is not mounted; it is tried again in 2s$/,
  );
  const delivery = ask('late');
  assert.equal(await ask('good'), 'done: well');
  await status('one that is broken', ({ handlers }) => handlers[0]?.state === 'broken');
  write('plugins/mounted', '');
  assert.equal(await delivery, 'done: at last');
  await daemon.logged(/^The handler late runs now/);
  await status('no concerns', ({ concerns }) => concerns.length === 0);
  await daemon.stop();
});

test('a plugin that is never set up at the start keeps no other from its alerts', async (context) => {
  const { directory, write, start } = sandbox(context);
  const broker = await ScriptedBroker.listen();
  context.after(() => broker[Symbol.asyncDispose]());
  mkdirSync(join(directory, 'plugins'));
  write(
    'plugins/hangs.mjs',
    'export default { setup: () => new Promise(() => setInterval(() => {}, 1000)), handle() {} };',
  );
  write('plugins/good.mjs', says('well'));
  write(
    'voeventd.yaml',
    `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${broker.port}"] } }
handlers: { hangs: { plugin: hangs }, good: { plugin: good } }
`,
  );
  const daemon = start('run');
  (await broker.connection()).send(packet('one'));
  await daemon.logged(/^good done: well/);
  assert.equal(daemon.log.filter(({ msg }) => /^The handler hangs cannot run/.test(msg)).length, 0);
});
