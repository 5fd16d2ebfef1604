import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { bundle } from '../../build/bundle.ts';

const MAIN = `
import { fail } from './fail.ts';
const [, , command, file] = process.argv;
const evaluated = () => [globalThis.virtualEvaluated === true, globalThis.lazyEvaluated === true];
if (command === 'lazy') {
  const before = evaluated();
  const { answer } = await import('virtual-module');
  await import('./lazy.ts');
  console.log(JSON.stringify({ before, after: evaluated(), answer }));
}
if (command === 'worker') {
  const { Worker } = await import('node:worker_threads');
  const { worker: script, version } = globalThis[Symbol.for('voeventd.embedded')];
  const worker = new Worker(script('intake'), { eval: true });
  worker.once('message', (said) => console.log(JSON.stringify({ said, version })));
}
if (command === 'thread') {
  const { Worker } = await import('node:worker_threads');
  const { script, data } = globalThis[Symbol.for('voeventd.embedded')].thread('thread');
  const worker = new Worker(script, { eval: true, workerData: { embedded: data, given: 'this' } });
  worker.once('message', (said) => console.log(JSON.stringify(said)));
}
if (command === 'schemas') {
  const { schemas } = globalThis[Symbol.for('voeventd.embedded')];
  console.log(JSON.stringify(schemas()));
}
if (command === 'assets') {
  const { assets } = globalThis[Symbol.for('voeventd.embedded')];
  console.log(JSON.stringify(assets()));
}
if (command === 'version') console.log(__VOEVENTD_VERSION__);
if (command === 'plugin') console.log((await import(file)).default);
if (command === 'stack') fail();
if (command === 'unsettled') await new Promise(() => {});
if (command === 'exit') process.exit(0);
`;
const FAIL = `interface Unused {
  lines: string;
}
export function fail(): never {
  throw new Error('on purpose');
}
`;
const WORKER = `
import { parentPort } from 'node:worker_threads';
parentPort?.postMessage('hello from ' + __VOEVENTD_VERSION__);
`;
const THREAD = `
import { parentPort, workerData } from 'node:worker_threads';
const { answer } = await import('virtual-module');
const { schemas, assets } = globalThis[Symbol.for('voeventd.embedded')];
parentPort?.postMessage([answer, workerData.given, schemas(), Object.keys(assets())]);
`;
const VALIDATE = `
import { createValidator } from 'VALIDATE_TS';
const { XmlDocument } = await import('libxml2-wasm');
const validator = await createValidator();
const told = ['1.1', '2.0', '2.1'].map((version) => {
  const namespace = 'http://www.ivoa.net/xml/VOEvent/v' + version;
  const packet = '<v:VOEvent xmlns:v="' + namespace + '" version="' + version + '" ivorn="ivo://a/b"/>';
  const { schema, valid } = validator.validate(XmlDocument.fromString(packet));
  return schema + ' ' + valid;
});
console.log(JSON.stringify(told));
`;

/** What is built for the browser, in small. */
function writeWeb(folder: string): void {
  for (const name of ['client', 'style']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'client', 'app.ts'), "import { two } from './two.ts'; document.title = two as string;");
  writeFileSync(join(folder, 'client', 'two.ts'), "export const two: unknown = '2';");
  writeFileSync(join(folder, 'style', 'style.css'), '@import "./more.css";');
  writeFileSync(join(folder, 'style', 'more.css'), 'a {\n  color: red;\n}');
  writeFileSync(join(folder, 'style', 'icon.svg'), '<svg>é</svg>\n');
}

describe('the bundle', () => {
  const directory = mkdtempSync(join(tmpdir(), 'voeventd-bundle-'));
  const inDirectory = (name: string) => join(directory, name);
  const boot = inDirectory('boot.cjs');

  /** Runs the bundle with a plain Node; the executable does the same with the Node inside it. */
  function run(...args: string[]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [boot, ...args], { env: {}, encoding: 'utf8' });
    return { status, stdout: stdout.trim(), stderr: stderr.trim() };
  }

  before(async () => {
    writeFileSync(inDirectory('main.ts'), MAIN);
    writeFileSync(inDirectory('fail.ts'), FAIL);
    writeFileSync(inDirectory('lazy.ts'), 'globalThis.lazyEvaluated = true; export {};');
    writeFileSync(inDirectory('worker.ts'), WORKER);
    writeFileSync(inDirectory('thread.ts'), THREAD);
    mkdirSync(inDirectory('schemas'));
    writeFileSync(inDirectory('schemas/a.xsd'), '<é/>');
    writeFileSync(inDirectory('schemas/notes.txt'), 'not a schema');
    writeWeb(inDirectory('web'));
    await bundle({
      main: inDirectory('main.ts'),
      workers: { intake: inDirectory('worker.ts') },
      threads: { thread: inDirectory('thread.ts') },
      version: '1.2.3',
      outfile: boot,
      schemas: inDirectory('schemas'),
      web: inDirectory('web'),
      virtualModules: {
        'virtual-module': 'export const answer = await Promise.resolve(42); globalThis.virtualEvaluated = true;',
      },
    });
  });
  after(() => rmSync(directory, { recursive: true }));

  test('evaluates virtual modules and lazily imported modules only when they are imported', () => {
    const { stdout, stderr } = run('lazy');
    assert.deepEqual(JSON.parse(stdout), { before: [false, false], after: [true, true], answer: 42 });
    assert.equal(stderr, '', 'no warning is shown');
  });

  test('hands the text of the intake worker to the application', () => {
    assert.deepEqual(JSON.parse(run('worker').stdout), { said: 'hello from 1.2.3', version: '1.2.3' });
  });

  test('runs a module in a thread, with the virtual modules, the schemas and the assets', () => {
    const { stdout, stderr } = run('thread');
    assert.deepEqual(JSON.parse(stdout), [42, 'this', { 'a.xsd': '<é/>' }, ['app.js', 'style.css', 'icon.svg']]);
    assert.equal(stderr, '', 'no warning is shown');
  });

  test('hands the XML Schemas to the application, and nothing else of their folder', () => {
    assert.deepEqual(JSON.parse(run('schemas').stdout), { 'a.xsd': '<é/>' });
  });

  test('hands to the application what the browser is given, built for browsers', () => {
    const assets = JSON.parse(run('assets').stdout);
    assert.equal(assets['style.css'].trim(), 'a{color:red}');
    assert.equal(assets['icon.svg'], '<svg>é</svg>');
    assert.match(assets['app.js'], /^document\.title="2";?\n?$/);
  });

  test('is not made when there is nothing for the browser', async () => {
    const web = inDirectory('empty-web');
    writeWeb(web);
    writeFileSync(join(web, 'style', 'icon.svg'), '');
    const made = bundle({
      main: inDirectory('fail.ts'),
      workers: {},
      version: '1',
      outfile: inDirectory('x.cjs'),
      web,
    });
    await assert.rejects(made, { message: 'Cannot build the web page: icon.svg is empty' });
  });

  test('knows its version', () => {
    assert.equal(run('version').stdout, '1.2.3');
  });

  test('imports TypeScript files from outside', () => {
    writeFileSync(inDirectory('plugin.ts'), 'const text: string = "from outside"; export default text;');
    assert.equal(run('plugin', inDirectory('plugin.ts')).stdout, 'from outside');
  });

  test('leaves a package of a plugin alone that has the name of a virtual module', () => {
    const own = inDirectory('node_modules/virtual-module');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'index.mjs'), 'export default "the plugin\'s own";');
    writeFileSync(join(own, 'package.json'), '{ "exports": "./index.mjs" }');
    writeFileSync(inDirectory('importer.mjs'), 'export { default } from "virtual-module";');
    assert.equal(run('plugin', inDirectory('importer.mjs')).stdout, "the plugin's own");
  });

  test('shows the place in the source file when it fails, and ends with 1', () => {
    const { status, stderr } = run('stack');
    assert.match(stderr, /on purpose\n +at fail \(.*fail\.ts:5:9\)/);
    assert.equal(status, 1);
  });

  test('ends with 13 and says so when a top-level await never settles', () => {
    const { status, stderr } = run('unsettled');
    assert.match(stderr, /did not finish loading/);
    assert.equal(status, 13);
  });

  test('takes process.exit() during a top-level await for a normal end', () => {
    assert.deepEqual(run('exit'), { status: 0, stdout: '', stderr: '' });
  });

  test('is not made when the worker is missing', async () => {
    const intake = inDirectory('nowhere.ts');
    const made = bundle({
      main: inDirectory('main.ts'),
      workers: { intake },
      version: '1.2.3',
      outfile: inDirectory('x.cjs'),
    });
    await assert.rejects(made, { message: `Cannot bundle the intake worker: ${intake} does not exist` });
  });

  test('validates packets of every version with the schemas it carries', async () => {
    const main = inDirectory('validate.ts');
    const module = join(import.meta.dirname, '../../src/alert/validate/validate.ts');
    writeFileSync(main, VALIDATE.replace('VALIDATE_TS', module));
    await bundle({
      main,
      workers: { intake: inDirectory('worker.ts') },
      version: '1.2.3',
      outfile: inDirectory('v.cjs'),
    });
    const args = [inDirectory('v.cjs')];
    const { stdout, stderr } = spawnSync(process.execPath, args, { env: {}, cwd: tmpdir(), encoding: 'utf8' });
    assert.equal(stderr, '');
    assert.deepEqual(JSON.parse(stdout), ['1.1 true', '2.0 true', '2.1 true']);
  });

  test('contains libxml2-wasm as a module that settles', async () => {
    const main = inDirectory('xml.ts');
    const parse = "XmlDocument.fromString('<a>text</a>').get('/a')?.content";
    writeFileSync(main, `const { XmlDocument } = await import('libxml2-wasm'); console.log(${parse});`);
    await bundle({ main, workers: { intake: inDirectory('worker.ts') }, version: '1.2.3', outfile: boot });
    assert.deepEqual(run(), { status: 0, stdout: 'text', stderr: '' });
  });
});
