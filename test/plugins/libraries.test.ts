import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '../..');

/** What of node_modules a process has loaded after this code. */
function loadedBy(code: string): string[] {
  const script = `import { registerHooks } from 'node:module';
const loaded = [];
registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
${code}
console.log(JSON.stringify(loaded.filter((url) => url.includes('/node_modules/'))));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT, encoding: 'utf8' }),
  );
}

const module = (path: string) => JSON.stringify(pathToFileURL(join(ROOT, path)).href);

test('no built-in plugin loads a library before a handler needs it', () => {
  assert.deepEqual(loadedBy(`await import(${module('src/built-ins.ts')});`), []);
  const needing = `const { createTransport } = await import(${module('plugins/mail/transport.ts')});
await createTransport({ host: 'localhost', security: 'none', tls: { verify: true } });`;
  assert.ok(loadedBy(needing).some((url) => url.includes('/nodemailer/')));
});
