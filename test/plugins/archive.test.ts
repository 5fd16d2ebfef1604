import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { promises as fs, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { after, afterEach, beforeEach, describe, it, mock } from 'node:test';
import fc from 'fast-check';
import archive from '../../plugins/archive/index.ts';
import { pathFor } from '../../plugins/archive/names.ts';
import type { Alert } from '../../src/plugin/api.ts';
import { configure, contextFor, failureOf, sampleAlert, samplePacket } from '../support/plugin-context.ts';

const home = mkdtempSync(join(tmpdir(), 'archive-test-'));
let directory = '';

beforeEach(async () => {
  directory = await fs.mkdtemp(join(home, 'case-'));
});

afterEach(() => mock.restoreAll());

after(() => fs.rm(home, { recursive: true, force: true }));

/** One handler on the directory of this test: gives the outcome of each alert it stores. */
function handler(options: Record<string, unknown> = {}) {
  const config = configure(archive, { directory, ...options }, directory);
  return (alert: Alert, content: string | Uint8Array = alert.ivorn) =>
    archive.handle(alert, contextFor(config, { packet: samplePacket(content) }));
}

/** An alert whose identifier is split as the decoder does. */
function named(ivorn: string): Alert {
  const bare = ivorn.replace(/^ivo:\/\//i, '');
  const cut = bare.search(/[#?]/);
  const [stream, local] = cut === -1 ? [bare, ''] : [bare.slice(0, cut), bare.slice(cut + 1)];
  const id = createHash('sha256').update(ivorn, 'utf16le').digest('hex').slice(0, 16);
  return sampleAlert({ ivorn, stream, local, id });
}

async function filesIn(root: string): Promise<string[]> {
  const entries = await fs.readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

const read = (path: string) => fs.readFile(join(directory, path));

describe('what is stored', () => {
  it('the exact bytes, by date, stream and local identifier', async () => {
    const packet = randomBytes(100_000);
    assert.equal(await handler()(sampleAlert(), packet), '2026-11-22/nasa.gsfc.gcn/SWIFT/BAT_GRB_Pos_532871-729.xml');
    assert.deepEqual(await filesIn(directory), ['2026-11-22/nasa.gsfc.gcn/SWIFT/BAT_GRB_Pos_532871-729.xml']);
    assert.ok((await read('2026-11-22/nasa.gsfc.gcn/SWIFT/BAT_GRB_Pos_532871-729.xml')).equals(packet));
  });

  it('an empty packet, and one directly in the directory', async () => {
    assert.equal(await handler({ path: '{alert.local}' })(sampleAlert(), ''), 'BAT_GRB_Pos_532871-729');
    assert.equal((await read('BAT_GRB_Pos_532871-729')).length, 0);
  });

  it('the path of the configuration', async () => {
    const path = '{received.year}/{alert.role}/{param.TrigID}-{param.None|x}-{alert.id}.voe';
    assert.equal(await handler({ path })(sampleAlert()), '2026/observation/532871-x-0123456789abcdef.voe');
  });

  it('nothing when the alert lacks a value of the path: the delivery ends', async () => {
    const failure = await failureOf(() => handler({ path: '{param.None}.xml' })(sampleAlert()));
    assert.equal(failure.retryable, false);
    assert.deepEqual(await filesIn(directory), []);
  });

  it('the same bytes again are found, not written', async () => {
    const store = handler();
    const path = await store(sampleAlert(), 'same');
    const written = await fs.stat(join(directory, path));
    assert.equal(await store(sampleAlert(), 'same'), `already there: ${path}`);
    assert.equal((await fs.stat(join(directory, path))).ino, written.ino);
    assert.equal((await filesIn(directory)).length, 1);
  });

  it('other bytes under the same name go beside it, and never over it', async () => {
    const store = handler({ path: '{alert.stream}/{alert.local}.xml' });
    const stem = 'nasa.gsfc.gcn/SWIFT/BAT_GRB_Pos_532871-729';
    const contents: [string, string][] = [
      ['first', `${stem}.xml`],
      ['second', `${stem}-0123456789abcdef.xml`],
      ['third!', `${stem}-0123456789abcdef-2.xml`],
    ];
    for (const [content, path] of contents) assert.equal(await store(sampleAlert(), content), path);
    for (const [content, path] of contents) {
      assert.equal(await store(sampleAlert(), content), `already there: ${path}`);
      assert.equal((await read(path)).toString(), content);
    }
  });

  it('every content is kept when many of one name arrive together', async () => {
    const store = handler();
    const contents = Array.from({ length: 8 }, (_, index) => `content ${index}`);
    await Promise.all(contents.map((content) => store(sampleAlert(), content)));
    const found = await Promise.all((await filesIn(directory)).map(async (path) => (await read(path)).toString()));
    assert.deepEqual(found.sort(), contents);
  });

  it('nothing but whole files, when many alerts arrive together', async () => {
    const store = handler({ sync: false });
    const alerts = Array.from({ length: 200 }, (_, index) => named(`ivo://a.b/c${index % 7}#n${index}`));
    await Promise.all(alerts.map((alert) => store(alert)));
    const files = await filesIn(directory);
    assert.equal(files.length, 200);
    assert.deepEqual(
      files.filter((path) => path.includes('.part')),
      [],
    );
  });
});

describe('names', () => {
  const hostile = [
    'ivo://../../etc/passwd#x',
    'ivo://a/../../../b#../../../../tmp/evil',
    'ivo:///etc/cron.d#evil',
    'ivo://a.b/c#/etc/passwd',
    'ivo://a.b/c#..',
    'ivo://a.b/c#.',
    'ivo://a.b/c#',
    'ivo://a.b/c',
    'ivo://',
    '',
    '#',
    'ivo://a.b/c#nul\0byte',
    'ivo://a.b/c#one#two?three',
    'ivo://a.b/c?query',
    'ivo://a.b//c///d#e',
    `ivo://a.b/c#${'n'.repeat(5_000)}`,
    `ivo://${'s'.repeat(5_000)}#n`,
    `ivo://${'s/'.repeat(5_000)}#n`,
    `ivo://${'../'.repeat(3_000)}#n`,
    'ivo://a.b/c#אבג\u202egpj.exe',
    'ivo://a.b/c#e\u0301',
    'ivo://a.b/c#é',
    'ivo://a.b/c#😀',
    `ivo://a.b/c#${String.fromCharCode(0xd800)}`,
    'ivo://a.b/c#CON',
    'ivo://a.b/c#con.txt',
    'ivo://aux/nul#lpt1',
    'ivo://a.b/c#.hidden',
    'ivo://a.b/c#trailing.',
    'ivo://a.b/c#trailing ',
    'ivo://a.b/c# leading',
    'ivo://a.b/c#-rf',
    'ivo://a.b/c#new\nline\u001b[31m',
    'ivo://a.b/c#a\\b:c*d?e"f<g>h|i',
    'ivo://a.b/c#%2e%2e%2f',
    'ivo://a.b/c#~root',
    'ivo://a.b/c#x~e3b0c44298fc1c14',
  ];

  it('hostile identifiers all have a file of their own, inside, with a name that every system takes', async () => {
    const outside = await fs.readdir(home);
    const store = handler({ sync: false });
    for (const ivorn of hostile) await store(named(ivorn));
    const files = await filesIn(directory);
    assert.equal(files.length, hostile.length);
    const found = await Promise.all(files.map(async (path) => (await read(path)).toString()));
    assert.deepEqual(found.sort(), hostile.map((ivorn) => Buffer.from(ivorn).toString()).sort());
    assert.deepEqual(await fs.readdir(home), outside);
    for (const path of files) {
      assert.ok(path.length < 1_200, path);
      for (const name of path.split('/')) {
        assert.match(name, /^[A-Za-z0-9_+=@,~][A-Za-z0-9._+=@,~-]*$/);
        assert.match(name, /[^.]$/);
        assert.ok(name.length <= 140);
        assert.doesNotMatch(name, /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
      }
    }
  });

  it('hostile identifiers have a file of their own under a template without extension', async () => {
    const outside = await fs.readdir(home);
    const store = handler({ path: '{alert.local}', sync: false });
    for (const ivorn of hostile) await store(named(ivorn), `only ${ivorn}`);
    assert.deepEqual(await fs.readdir(home), outside);
    assert.equal((await fs.readdir(directory)).length, hostile.length);
  });

  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('.', '/', '#', '?', '~', '_', 'a', 'A', ' ', '\0', '-', 'é', '.xml') }),
    fc.constantFrom('con', 'nul.x', '..', '', 'a/b', 'b'),
  );
  const { path: template } = configure(archive, { directory: '/archive' });
  const inside = (path: string) => resolve('/archive', path).startsWith(`/archive${sep}`);

  it('two streams or local identifiers that differ never share a path, and every path is inside', () => {
    fc.assert(
      fc.property(text, text, text, text, (streamA, localA, streamB, localB) => {
        const a = pathFor(sampleAlert({ stream: streamA, local: localA }), template);
        const b = pathFor(sampleAlert({ stream: streamB, local: localB }), template);
        assert.ok(inside(a) && inside(b));
        assert.equal(a === b, streamA === streamB && localA === localB);
      }),
      { numRuns: 2_000 },
    );
  });

  it('any two identifiers that differ are two files, each with its own bytes', async () => {
    const ivorns = fc.uniqueArray(
      fc.tuple(text, fc.constantFrom('#', '?', ''), text).map((parts) => `ivo://${parts.join('')}`),
      {
        minLength: 2,
        maxLength: 6,
        selector: (ivorn) => Buffer.from(ivorn).toString(),
      },
    );
    await fc.assert(
      fc.asyncProperty(ivorns, async (all) => {
        const own = await fs.mkdtemp(join(directory, 'run-'));
        const store = handler({ directory: own, sync: false });
        for (const ivorn of all) await store(named(ivorn));
        const found = await Promise.all(
          (await filesIn(own)).map(async (path) => (await fs.readFile(join(own, path))).toString()),
        );
        assert.deepEqual(found.sort(), all.map((ivorn) => Buffer.from(ivorn).toString()).sort());
      }),
      { numRuns: 150 },
    );
  });

  it('only the slashes of the stream make directories, also when another value has the same text', () => {
    const a = pathFor(sampleAlert({ stream: 'a/b', local: 'a/b' }), template);
    const b = pathFor(sampleAlert({ stream: 'a/b/a', local: 'b' }), template);
    assert.match(a, /^2026-11-22\/a\/b\/a_b~[0-9a-f]{16}\.xml$/);
    assert.equal(b, '2026-11-22/a/b/a/b.xml');
  });

  it('a name of many long values is cut, and stays its own', () => {
    const long = configure(archive, {
      directory: '/archive',
      path: '{alert.stream}-{alert.local}-{param.A}-é.xml',
    }).path;
    const path = (last: string) =>
      pathFor(
        sampleAlert({ stream: 's'.repeat(80), local: 'l'.repeat(80), params: [{ name: 'A', value: last }] }),
        long,
      );
    assert.notEqual(path('1'), path('2'));
    assert.match(path('1'), /^[sl-]+~[0-9a-f]{16}\.xml$/);
    assert.ok(Buffer.byteLength(path('1')) <= 120);
  });

  it('a file where another alert needs a directory, and the other way round, lose nothing', async () => {
    const store = handler({ path: '{alert.stream}/{alert.local}' });
    const ivorns = ['ivo://a#b', 'ivo://a/b#c', 'ivo://x/y#z', 'ivo://x#y'];
    const paths = [];
    for (const ivorn of ivorns) paths.push(await store(named(ivorn)));
    for (const [index, path] of paths.entries()) assert.equal((await read(path)).toString(), ivorns[index]);
    assert.match(paths[1] ?? '', /^a_b_c~/);
    assert.equal(paths[3], `x/y-${named('ivo://x#y').id}`);
    assert.equal(await store(named('ivo://a/b#c')), `already there: ${paths[1]}`);
  });
});

describe('links', () => {
  it('that lead out of the archive are not followed, and nothing is made behind them', async () => {
    const outside = await fs.mkdtemp(join(home, 'outside-'));
    await fs.mkdir(join(directory, '2026-11-22'));
    await fs.symlink(outside, join(directory, '2026-11-22', 'nasa.gsfc.gcn'));
    const failure = await failureOf(() => handler()(sampleAlert()));
    assert.equal(failure.retryable, false);
    assert.match(failure.message, /nasa\.gsfc\.gcn is a link that leads out of it\. Replace the link by a directory/);
    assert.deepEqual(await fs.readdir(outside), []);
  });

  it('that lead nowhere are refused, too', async () => {
    await fs.symlink(join(home, 'not-yet'), join(directory, '2026-11-22'));
    assert.equal((await failureOf(() => handler()(sampleAlert()))).retryable, false);
    assert.ok(!(await fs.readdir(home)).includes('not-yet'));
  });

  it('that stay inside are followed', async () => {
    await fs.mkdir(join(directory, 'disk-2'));
    await fs.symlink('disk-2', join(directory, '2026-11-22'));
    const path = await handler()(sampleAlert(), 'x');
    assert.equal(path, '2026-11-22/nasa.gsfc.gcn/SWIFT/BAT_GRB_Pos_532871-729.xml');
    assert.equal((await read('disk-2/nasa.gsfc.gcn/SWIFT/BAT_GRB_Pos_532871-729.xml')).toString(), 'x');
  });

  it('at the place of the file are neither followed nor replaced', async () => {
    const outside = join(home, `victim-${randomBytes(4).toString('hex')}`);
    await fs.writeFile(outside, 'x');
    await fs.symlink(outside, join(directory, 'BAT_GRB_Pos_532871-729.xml'));
    const path = await handler({ path: '{alert.local}.xml' })(sampleAlert(), 'x');
    assert.equal(path, 'BAT_GRB_Pos_532871-729-0123456789abcdef.xml');
    assert.ok((await fs.lstat(join(directory, 'BAT_GRB_Pos_532871-729.xml'))).isSymbolicLink());
  });

  it('the directory of the archive may itself be one', async () => {
    const link = `${directory}-link`;
    await fs.symlink(directory, link);
    assert.match(await handler({ directory: link })(sampleAlert(), 'x'), /^2026-11-22/);
  });
});

describe('the disk', () => {
  it('has the file and its directories before the delivery is done, unless sync is off', async () => {
    const synced: string[] = [];
    const open = fs.open;
    mock.method(fs, 'open', async (...given: Parameters<typeof open>) => {
      const handle = await open(...given);
      const { sync } = handle;
      handle.sync = async () => {
        await sync.call(handle);
        synced.push(String(given[0]).slice(directory.length));
      };
      return handle;
    });
    await handler()(sampleAlert());
    assert.deepEqual(synced.slice(0, 3), ['', '/2026-11-22', '/2026-11-22/nasa.gsfc.gcn']);
    assert.match(synced[3] ?? '', /SWIFT\/\.voeventd-[0-9a-f]{16}\.part$/);
    assert.deepEqual(synced.slice(4), ['/2026-11-22/nasa.gsfc.gcn/SWIFT']);
    synced.length = 0;
    await handler({ sync: false })(named('ivo://other#other'));
    assert.deepEqual(synced, []);
  });

  for (const code of ['EPERM', 'ENOTSUP', 'EMLINK']) {
    it(`that knows no hard links (${code}) is served by a rename that replaces nothing`, async () => {
      mock.method(fs, 'link', async () => {
        throw Object.assign(new Error(code), { code });
      });
      const store = handler({ path: '{alert.local}.xml' });
      assert.equal(await store(sampleAlert(), 'one'), 'BAT_GRB_Pos_532871-729.xml');
      assert.equal(await store(sampleAlert(), 'two'), 'BAT_GRB_Pos_532871-729-0123456789abcdef.xml');
      assert.equal(await store(sampleAlert(), 'one'), 'already there: BAT_GRB_Pos_532871-729.xml');
      assert.equal((await read('BAT_GRB_Pos_532871-729.xml')).toString(), 'one');
      assert.equal((await filesIn(directory)).length, 2);
    });
  }

  const troubles: [string, RegExp][] = [
    ['ENOSPC', /the disk is full \(ENOSPC\)/],
    ['EIO', /the disk reports an error \(EIO\)/],
    ['EROFS', /the file system is read-only \(EROFS\)/],
    ['EACCES', /permission denied \(EACCES\)/],
  ];
  for (const [code, words] of troubles) {
    it(`that answers ${code} may be tried again`, async () => {
      mock.method(fs, 'open', async () => {
        throw Object.assign(new Error(code), { code });
      });
      const failure = await failureOf(() => handler()(sampleAlert()));
      assert.equal(failure.retryable, true);
      assert.match(failure.message, words);
      assert.match(failure.message, /^Cannot archive in /);
    });
  }

  it('that is full leaves no half file, and takes the alert once there is room', async (test) => {
    if (!mountSmallDisk(directory)) return test.skip('a file system of 64 KiB cannot be mounted here: that needs root');
    try {
      const store = handler();
      const failure = await failureOf(() => store(sampleAlert(), randomBytes(500_000)));
      assert.equal(failure.retryable, true);
      assert.match(failure.message, /the disk is full \(ENOSPC\)$/);
      assert.deepEqual(await filesIn(directory), []);
      assert.match(await store(sampleAlert(), 'small'), /^2026-11-22/);
    } finally {
      execFileSync('umount', [directory]);
    }
  });

  it('may lose directories while the daemon runs: they are made again', async () => {
    const store = handler();
    await store(sampleAlert(), 'x');
    await fs.rm(join(directory, '2026-11-22'), { recursive: true });
    const path = await store(sampleAlert(), 'x');
    assert.equal((await read(path)).toString(), 'x');
    await fs.rm(directory, { recursive: true });
    assert.equal(await store(sampleAlert(), 'x'), path);
    await fs.rm(dirname(join(directory, path)), { recursive: true });
    await fs.writeFile(dirname(join(directory, path)), 'a file now');
    assert.match(await store(sampleAlert(), 'x'), /^2026-11-22_nasa\.gsfc\.gcn_SWIFT_.*\.xml$/);
  });
});

function mountSmallDisk(where: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', where], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('the start', () => {
  const setup = (options: object) => archive.setup(contextFor(configure(archive, options, directory)));

  it('makes the directory, relative to the configuration', async () => {
    await setup({ directory: 'new/deep' });
    assert.ok((await fs.stat(join(directory, 'new/deep'))).isDirectory());
  });

  it('stops when a file is in the way', async () => {
    await fs.writeFile(join(directory, 'file'), '');
    await assert.rejects(
      setup({ directory: 'file' }),
      /^Error: Cannot keep an archive in .*\/file: a file has its name/,
    );
    await assert.rejects(
      setup({ directory: 'file/below' }),
      /^Error: Cannot keep an archive in .*\/below: a part of the path/,
    );
  });

  it('stops when the directory cannot be written', async (test) => {
    if (process.getuid?.() === 0) return test.skip('root may write everywhere');
    await fs.mkdir(join(directory, 'locked'), { mode: 0o500 });
    await assert.rejects(setup({ directory: 'locked' }), /permission denied.*Let the daemon's user write there/);
  });

  it('refuses options that do not fit', () => {
    for (const options of [
      {},
      { directory: '' },
      { directory: 'a', path: '/etc/{alert.local}' },
      { directory: 'a', path: '../{alert.local}' },
      { directory: 'a', path: 'x/../../{alert.local}' },
      { directory: 'a', path: '{alert.stream}/' },
      { directory: 'a', path: '' },
      { directory: 'a', path: 'a\\{alert.local}' },
      { directory: 'a', path: '{alert.nonsense}.xml' },
      { directory: 'a', fsync: false },
    ]) {
      assert.throws(() => configure(archive, options), { name: 'ZodError' }, JSON.stringify(options));
    }
  });
});

it('says what it would write, and writes nothing', async () => {
  const config = configure(archive, { directory: join(home, 'pretended'), path: '{alert.kind}/{alert.local}.xml' });
  const would = archive.pretend(sampleAlert({ local: 'a b' }), contextFor(config));
  assert.match(would, new RegExp(`^write ${home}/pretended/new/a_b~[0-9a-f]{16}\\.xml$`));
  await assert.rejects(fs.stat(join(home, 'pretended')));
});
