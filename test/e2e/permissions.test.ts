import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { sandbox } from '../support/executable.ts';
import { packet, programOf, startBroker } from '../support/play.ts';

/** Tries what its handler says, and needs nothing. */
const CURIOUS = `
import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { Worker } from 'node:worker_threads';

const DEEDS = {
  passwd: () => readFileSync('/etc/passwd', 'utf8'),
  write: (file) => writeFileSync(file, ''),
  link: (file) => symlinkSync('/etc/passwd', file),
  journal: (file) => unlinkSync(file),
  socket: (port) => new Promise((_, reject) => connect(Number(port), '127.0.0.1').on('error', reject)),
  fetch: (port) => fetch('http://127.0.0.1:' + port),
  listen: () => new Promise(() => createServer().listen(0, '127.0.0.1')),
  sh: () => spawnSync('sh', ['-c', 'true']).pid,
  sqlite: async () => (await import('node:sqlite')).DatabaseSync.name,
  worker: () => new Worker('1', { eval: true }).threadId,
  contextFetch: (port, { fetch }) => fetch('http://127.0.0.1:' + port),
  contextRun: (_, { run }) => run(['sh', '-c', 'true']),
  // Where coverage is measured, Node itself hands NODE_V8_COVERAGE on.
  environment: () => Object.keys(process.env).filter((name) => name !== 'NODE_V8_COVERAGE').sort().join(' '),
};

export default {
  handle: async (_, context) => {
    const { deed, argument } = context.config;
    return String(await DEEDS[deed](argument, context));
  },
};
`;

/** What is said of each, beside where it happened. */
const DENIALS: Readonly<Record<string, RegExp>> = {
  passwd: /it may not read \/etc\/passwd: declare permissions\.read \["\/etc\/passwd"\] in the plugin, and grant it/,
  write: /it may not write \/\S+\/written: declare permissions\.write \["\/\S+\/written"\]/,
  link: /it may not do that, and no permission allows it: fs\.symlink API requires full fs\.read and fs\.write/,
  journal: /it may not write \/\S+\/journal\.db: declare permissions\.write/,
  socket:
    /it may not use the network \(127\.0\.0\.1\): declare permissions\.net true, or its hosts for context\.fetch, in the plugin/,
  fetch:
    /it may not use the network \(127\.0\.0\.1\): declare permissions\.net true, or its hosts for context\.fetch, in the plugin/,
  listen: /its process exited with code 1 \(Error: it may not use the network.*: declare permissions\.net true/,
  sh: /it may not start sh itself: declare permissions\.run \["sh"\] .* run it with context\.run/,
  sqlite: /it may not use node:sqlite, which knows no permissions: no permission allows that/,
  worker: /it may not start threads: no permission allows that/,
  contextFetch: /it may not fetch from 127\.0\.0\.1:\d+: declare permissions\.net \["127\.0\.0\.1:\d+"\]/,
  contextRun: /it may not run sh: declare permissions\.run \["sh"\] in the plugin/,
};

const HEAD = (port: number) => `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"] } }
`;

async function serve(context: TestContext, listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  context.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

test('a plugin that declares nothing is denied everything, each time in a sentence, and the one beside it runs', async (context) => {
  const { directory, write, startWith } = sandbox(context);
  const { port } = await startBroker(context, { program: programOf([packet('one')]) });
  const http = await serve(context, (_, response) => response.end('served'));
  mkdirSync(join(directory, 'plugins'));
  write('plugins/curious.ts', CURIOUS);
  write('plugins/good.ts', `export default { handle: () => 'well' };`);
  const argument: Record<string, string | number> = {
    ...{
      write: join(directory, 'written'),
      link: join(directory, 'plugins/link'),
      journal: join(directory, 'journal.db'),
    },
    ...{ socket: http, fetch: http, contextFetch: http },
  };
  const handler = (deed: string) =>
    `  ${deed}: { plugin: curious, with: { deed: ${deed}, argument: "${argument[deed] ?? ''}" } }\n`;
  const handlers = [...Object.keys(DENIALS), 'environment'].map(handler).join('');
  write('voeventd.yaml', `${HEAD(port)}handlers:\n${handlers}  good: { plugin: good }\n`);
  const env = { TZ: 'UTC', SCHEDULER_TOKEN: 'open-sesame', NODE_OPTIONS: '--no-warnings' };
  const daemon = startWith({ env }, 'run');
  assert.match((await daemon.logged(/^good done/)).msg, /well/);
  for (const [deed, sentence] of Object.entries(DENIALS)) {
    assert.match((await daemon.logged(new RegExp(`^${deed} failed`))).msg, sentence);
  }
  assert.match((await daemon.logged(/^environment done/)).msg, /: HOME LANG PATH TZ$/);
  assert.ok(existsSync(join(directory, 'journal.db')) && !existsSync(join(directory, 'written')));
  await daemon.stop();
});

/** Does all that it may, and a little more of each. */
const TRUSTED = `
import { readFileSync, writeFileSync } from 'node:fs';

const attempt = async (deed) => {
  try {
    return await deed();
  } catch (error) {
    return error.message;
  }
};

export default {
  permissions: {
    read: ['./data with "blanks"'],
    write: ['./out'],
    net: ['127.0.0.1:' + PORT],
    run: ['sh', './slew.sh'],
    env: ['OBSERVATORY'],
  },
  handle: async (_, { config, run, fetch }) => {
    const said = [];
    writeFileSync(config.out, readFileSync(config.data));
    const answer = async (url, init) => {
      const response = await fetch(url, init);
      return [response.status, response.headers.get('x-echo'), response.redirected, await response.text()].join(' ');
    };
    const [here, there] = ['http://127.0.0.1:' + PORT, 'http://localhost:' + PORT];
    return JSON.stringify({
      posted: await attempt(() => answer(here, { method: 'POST', body: 'slew', headers: { 'X-Echo': 'me' } })),
      moved: await attempt(() => answer(here + '/moved')),
      elsewhere: await attempt(() => answer(there)),
      astray: await attempt(() => answer(here + '/astray')),
      huge: await attempt(() => answer(here + '/huge')),
      global: await attempt(() => globalThis.fetch(here).catch((error) => { throw error.cause; })),
      ran: (await run(['sh', '-c', 'exit 3'], { lines: () => {} })).code,
      slewed: (await run([config.slew], { lines: (_, lines) => said.push(...lines) })).kind,
      said,
      refused: await attempt(() => run(['python3', '-c', ''])),
      disguised: await attempt(() => run(['./sh'], { directory: config.folder })),
      smuggled: await attempt(() => run(['sh'], { files: { directory: '/etc/voeventd-new', contents: {} } })),
      observatory: process.env.OBSERVATORY + process.env.SCHEDULER_TOKEN,
      token: config.token.reveal(),
    });
  },
  config: (z, fields) => z.object({
    data: fields.path(), out: fields.path(), slew: fields.path(), folder: fields.path(), token: fields.secret(),
  }),
};
`;

test('a plugin may do what it declares and its handler grants, and no more', async (context) => {
  const { directory, write, startWith } = sandbox(context);
  const { port } = await startBroker(context, { program: programOf([packet('one')]) });
  const http = await serve(context, (request, response) => {
    const redirects: Record<string, string> = { '/moved': '/', '/astray': `http://localhost:${http}/` };
    const location = redirects[request.url ?? ''];
    if (location !== undefined) return response.writeHead(302, { location }).end();
    if (request.url === '/huge') return response.end(Buffer.alloc(17 * 1_048_576));
    response.setHeader('X-Echo', request.headers['x-echo'] ?? 'none');
    return request.pipe(response);
  });
  for (const folder of ['plugins', 'data with "blanks"']) mkdirSync(join(directory, folder));
  write('data with "blanks"/flats', 'flat');
  write('token', 'open-sesame\n');
  write('plugins/trusted.ts', `const PORT = ${http};\n${TRUSTED}`);
  write('slew.sh', '#!/bin/sh\nmkdir -p out\necho "$OBSERVATORY"\n');
  chmodSync(join(directory, 'slew.sh'), 0o755);
  mkdirSync(join(directory, 'out'));
  write(
    'voeventd.yaml',
    `${HEAD(port)}handlers:
  trusted:
    plugin: trusted
    allow:
      read: [./]
      write: [./out]
      net: [127.0.0.1]
      run: [sh, ./slew.sh, python3]
      env: [OBSERVATORY, SCHEDULER_TOKEN]
    with: { data: './data with "blanks"/flats', out: ./out/flats, slew: ./slew.sh, folder: ., token: { file: ./token } }
`,
  );
  const daemon = startWith({ env: { OBSERVATORY: 'hill', SCHEDULER_TOKEN: 'open-sesame' } }, 'run');
  const { msg } = await daemon.logged(/^trusted (?:done|failed)/);
  const said = JSON.parse(msg.slice(msg.indexOf('{'))) as Record<string, unknown>;
  const { elsewhere, astray, huge, global, refused, disguised, smuggled, ...done } = said;
  assert.deepEqual(done, {
    ...{ posted: '200 me false slew', moved: '200 none true ', ran: 3, slewed: 'exit', said: ['hill'] },
    ...{ observatory: 'hillundefined', token: 'open-sesame' },
  });
  assert.match(String(elsewhere), /^it may not fetch from localhost:\d+: declare permissions\.net \["localhost:\d+"\]/);
  assert.match(String(astray), /^it may not fetch from localhost:\d+, to which it is redirected: declare/);
  assert.match(String(huge), /^Cannot fetch http:\S+\/huge: it sends more than 16777216 bytes$/);
  assert.match(String(global), /ERR_ACCESS_DENIED/);
  assert.match(String(refused), /^it may not run python3: declare permissions\.run \["python3"\]/);
  assert.match(String(disguised), /^it may not run \/\S+\/sh: declare permissions\.run \["\/\S+\/sh"\]/);
  assert.match(String(smuggled), /^it may not write \/etc\/voeventd-new: declare/);
  assert.equal(readFileSync(join(directory, 'out/flats'), 'utf8'), 'flat');
  await daemon.stop();
});

test('a plugin that declares more than its handler grants is refused, with the line to add, and the others run', async (context) => {
  const { directory, write, start } = sandbox(context);
  const { port } = await startBroker(context, { program: programOf([packet('one')]) });
  mkdirSync(join(directory, 'plugins'));
  write(
    'plugins/greedy.ts',
    `export default {
  permissions: { read: ['~/catalogue', '/data/flats'], net: ['api.example.org'], run: ['slew it'] },
  handle: () => 'granted',
};`,
  );
  const config = (allow: string) => `${HEAD(port)}handlers:
  greedy:
    plugin: greedy
    ${allow}
  lines: { plugin: log }
`;
  write('voeventd.yaml', config('allow: { read: [/data], env: [OBSERVATORY] }'));
  const checked = start('check');
  assert.equal((await checked.exited).code, 1);
  const [printed = ''] = checked.output;
  assert.match(
    printed,
    /voeventd\.yaml:5:13: handlers\.greedy\.plugin: \S+greedy\.ts needs more than its handler allows/,
  );
  const [, line = ''] = /write in handlers\.greedy: `(.*)`\.$/.exec(printed) ?? [];
  assert.equal(
    line,
    'allow: { read: [/data, ~/catalogue], net: [api.example.org], run: ["slew it"], env: [OBSERVATORY] }',
  );
  const daemon = start('run');
  await daemon.logged(/^lines done/);
  assert.match((await daemon.logged(/^The handler greedy cannot run/)).msg, /needs more than its handler allows/);
  write('voeventd.yaml', config(line));
  daemon.child.kill('SIGHUP');
  await daemon.logged(/^greedy done/);
  await daemon.stop();
});
