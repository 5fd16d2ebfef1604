import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { AccessDenied, deniedReason, explainFatalDenial } from '../../src/plugin/denied.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What is said of each of these, tried in a process that Node confines. */
async function said(attempts: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const deeds = Object.entries(attempts).map(([name, source]) => `${name}: async () => { ${source} }`);
  const program = `
    import { deniedReason } from ${JSON.stringify(join(ROOT, 'src/plugin/denied.ts'))};
    import fs from 'node:fs'; import net from 'node:net'; import dgram from 'node:dgram'; import child from 'node:child_process';
    import inspector from 'node:inspector';
    const failing = (start) => new Promise((_, reject) => start().on('error', reject));
    const said = {};
    for (const [name, deed] of Object.entries({ ${deeds.join(',\n')} })) {
      said[name] = await deed().then(() => 'allowed', (error) => deniedReason(error) ?? String(error));
    }
    console.log(JSON.stringify(said));`;
  const flags = ['--permission', `--allow-fs-read=${join(ROOT, 'src')}`, '--no-experimental-sqlite'];
  const args = [...flags, '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env: {} });
  return JSON.parse(stdout) as Record<string, string>;
}

describe('what Node denies', () => {
  it('is told in a clause that names the permission, however it was tried', async () => {
    const reasons = await said({
      promise: "await fs.promises.readFile('/etc/passwd');",
      stream: "await failing(() => fs.createReadStream('/etc/passwd'));",
      relative: "fs.readFileSync('no/such/file');",
      opened: "fs.openSync('/tmp/a b', 'w');",
      temporary: "fs.mkdtempSync('/tmp/plugin-');",
      removed: "fs.unlinkSync('/etc/passwd');",
      linked: "fs.symlinkSync('/etc/passwd', '/tmp/link');",
      named: "await fetch('http://example.org/');",
      socket: "await failing(() => net.connect('/run/socket'));",
      datagram: "await failing(() => dgram.createSocket('udp4').bind(0));",
      program: "child.execFileSync('sleep', ['1']);",
      shell: "child.execSync('sleep 1');",
      debugger: 'inspector.open(0);',
      addon: "process.dlopen({ exports: {} }, '/tmp/addon.node');",
      database: "await import('node:sqlite');",
    });
    const grant = 'in the plugin, and grant it with allow: in the handler';
    const fetching = `declare permissions.net true, or its hosts for context.fetch, ${grant}`;
    const passwd = `it may not read /etc/passwd: declare permissions.read ["/etc/passwd"] ${grant}`;
    const missing = join(ROOT, 'no/such/file');
    assert.deepEqual(reasons, {
      promise: passwd,
      stream: passwd,
      relative: `it may not read ${missing}: declare permissions.read ["${missing}"] ${grant}`,
      opened: `it may not write /tmp/a b: declare permissions.write ["/tmp/a b"] ${grant}`,
      temporary: `it may not write /tmp: declare permissions.write ["/tmp"] ${grant}`,
      removed: `it may not write /etc/passwd: declare permissions.write ["/etc/passwd"] ${grant}`,
      linked:
        'it may not do that, and no permission allows it: fs.symlink API requires full fs.read and fs.write permissions',
      named: `it may not use the network (example.org): ${fetching}`,
      socket: `it may not use the network (/run/socket): ${fetching}`,
      datagram: `it may not use the network (0.0.0.0): ${fetching}`,
      program: `it may not start sleep itself: declare permissions.run ["sleep"] ${grant}, and run it with context.run`,
      shell: `it may not start /bin/sh itself: declare permissions.run ["/bin/sh"] ${grant}, and run it with context.run`,
      debugger: 'it may not use Inspector of Node: no permission allows that',
      addon: 'it may not load native addons, which know no permissions: no permission allows that',
      database: 'it may not use node:sqlite, which knows no permissions: no permission allows that',
    });
  });

  it('is found below other errors, and nothing else is', () => {
    const denied = new AccessDenied('it may not fly');
    assert.equal(
      deniedReason(new Error('no flats', { cause: new AggregateError([new Error('a'), denied]) })),
      'it may not fly',
    );
    for (const other of [undefined, null, 'ERR_ACCESS_DENIED', new Error('ERR_ACCESS_DENIED'), { code: 'EACCES' }]) {
      assert.equal(deniedReason(other), undefined);
    }
    const circular = new Error('a');
    circular.cause = circular;
    assert.equal(deniedReason(circular), undefined);
  });

  it('is what an error that ends the process says, where it happened', () => {
    const error = Object.assign(new Error('bind ERR_ACCESS_DENIED'), { code: 'ERR_ACCESS_DENIED', syscall: 'bind' });
    const [, place = ''] = error.stack?.split('\n') ?? [];
    explainFatalDenial(error);
    assert.match(error.message, /^it may not use the network: declare/);
    assert.deepEqual(error.stack?.split('\n').slice(0, 2), [`Error: ${error.message}`, place]);
    assert.ok(place.includes(dirname(import.meta.filename)));
    const other = new Error('no flats');
    explainFatalDenial(other);
    assert.equal(other.message, 'no flats');
  });
});
