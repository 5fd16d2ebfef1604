import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildOptions, build, type OutputFile, type Plugin } from 'esbuild';
import { buildTypes } from '../src/plugin/types/build-types.ts';
import { buildAssets } from '../src/web/build-assets.ts';
import { pack } from './packed.ts';

/** What goes into the boot file of the executable. */
export interface BundleOptions {
  /** The application's main module. */
  main: string;
  /** Threads that need nothing of the application but what they import: name → script. Each is bundled on its own. */
  workers: Record<string, string>;
  /** Threads that share the application's modules, virtual ones included: name → script. */
  threads?: Record<string, string>;
  version: string;
  /** Where the boot file goes: CommonJS, needs nothing beside it. */
  outfile: string;
  /** Modules that are served under their own name instead of being bundled into the application: name → source. */
  virtualModules?: Record<string, string>;
  /** The folder of the XML Schemas. @default src/alert/validate/schemas */
  schemas?: string;
  /** The folder with what is built for the browser. @default src/web */
  web?: string;
}

const ROOT = join(import.meta.dirname, '..');

// libxml2-wasm has top-level await and circular imports; import() of it from inside an esbuild bundle never settles.
const VIRTUAL_MODULES = { 'libxml2-wasm': "export * from 'libxml2-wasm'" };

const SCHEMAS = join(ROOT, 'src', 'alert', 'validate', 'schemas');

const ZOD = join('node_modules', 'zod');

// Bundled CommonJS packages expect these three, which an ES module does not have.
const COMMONJS_NAMES = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
  'const { filename: __filename, dirname: __dirname } = import.meta;',
];

/**
 * zod brings its messages in fifty languages, half of its size, which every process that validates would compile.
 * Our messages are English, and English is imported on its own.
 */
const withoutLocales: Plugin = {
  name: 'without-locales',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/locales\/index\.js$/ }, ({ path, importer }) =>
      importer.includes(ZOD) ? { path, namespace: 'locales' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'locales' }, () => ({ contents: 'export {}' }));
  },
};

/** Bundles the application, its virtual modules and its threads into one boot file. */
export async function bundle(options: BundleOptions): Promise<void> {
  const virtualModules = options.virtualModules ?? VIRTUAL_MODULES;
  const [application, workers, threadBoot, virtual, assets] = await Promise.all([
    bundleApplication(options, Object.keys(virtualModules)),
    bundleWorkers(options),
    bundleThreadBoot(options),
    bundleVirtualModules(virtualModules, options),
    buildAssets(options.web),
  ]);
  const chunks = application.filter((file) => !file.path.endsWith('.map'));
  const maps = application.filter((file) => file.path.endsWith('.map'));
  const embedded = {
    version: options.version,
    workers,
    threadBoot: pack(threadBoot),
    schemas: packSchemas(options.schemas ?? SCHEMAS),
    assets: packTexts(assets),
    types: pack(buildTypes()),
    modules: { ...packAll(chunks), ...virtual },
    sourceMaps: packAll(maps),
  };
  await build({
    ...common(options),
    entryPoints: [join(import.meta.dirname, 'boot.ts')],
    format: 'cjs',
    outfile: options.outfile,
    write: true,
    plugins: [embed(embedded)],
  });
}

function common(options: BundleOptions): BuildOptions & { write: boolean } {
  return {
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    target: 'node26',
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: true,
    lineLimit: 200, // Node prints the whole source line of an uncaught exception
    define: { __VOEVENTD_VERSION__: JSON.stringify(options.version) },
    logLevel: 'warning',
    write: false,
  };
}

/**
 * One chunk for each `import()`, so that a process compiles only what it uses: a plugin's child process starts in
 * less than half the time it takes with everything in one file.
 */
async function bundleApplication(options: BundleOptions, external: string[]): Promise<OutputFile[]> {
  const threads = options.threads ?? {};
  requireFile(options.main, 'the application');
  for (const [name, script] of Object.entries(threads)) requireFile(script, `the ${name} thread`);
  const result = await build({
    ...common(options),
    entryPoints: { main: options.main, ...threads },
    format: 'esm',
    splitting: true,
    outdir: ROOT,
    banner: { js: COMMONJS_NAMES.join('') },
    external: [...external, 'esbuild'], // only imported when running from the sources
    sourcemap: 'external',
    sourcesContent: false,
    plugins: [withoutLocales],
  });
  return result.outputFiles ?? [];
}

/** CommonJS, because `new Worker(text, { eval: true })` runs a classic script. */
async function bundleWorkers(options: BundleOptions): Promise<Record<string, string>> {
  const packed = Object.entries(options.workers).map(async ([name, script]) => {
    requireFile(script, `the ${name} worker`);
    const result = await build({ ...common(options), entryPoints: [script], format: 'cjs' });
    return [name, pack(onlyText(result.outputFiles))];
  });
  return Object.fromEntries(await Promise.all(packed));
}

async function bundleThreadBoot(options: BundleOptions): Promise<string> {
  const script = join(import.meta.dirname, 'boot-thread.ts');
  const result = await build({ ...common(options), entryPoints: [script], format: 'cjs' });
  return onlyText(result.outputFiles);
}

async function bundleVirtualModules(
  sources: Record<string, string>,
  options: BundleOptions,
): Promise<Record<string, string>> {
  const packed = Object.entries(sources).map(async ([name, contents]) => {
    const result = await build({ ...common(options), stdin: { contents, resolveDir: ROOT }, format: 'esm' });
    return [name, pack(onlyText(result.outputFiles))];
  });
  return Object.fromEntries(await Promise.all(packed));
}

/** Serves `virtual:embedded` to the boot file. */
function embed(embedded: Record<string, unknown>): Plugin {
  const exports = Object.entries(embedded).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`);
  return {
    name: 'embed',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^virtual:embedded$/ }, ({ path }) => ({ path, namespace: 'embedded' }));
      onLoad({ filter: /.*/, namespace: 'embedded' }, () => ({ contents: exports.join('\n') }));
    },
  };
}

function packAll(files: OutputFile[]): Record<string, string> {
  return Object.fromEntries(files.map((file) => [basename(file.path, '.map'), pack(file.text)]));
}

function packSchemas(folder: string): Record<string, string> {
  requireFile(folder, 'the schemas');
  const names = readdirSync(folder).filter((name) => name.endsWith('.xsd'));
  return packTexts(Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')])));
}

function packTexts(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, pack(text)]));
}

function onlyText(files: OutputFile[] | undefined): string {
  const [file] = files ?? [];
  if (file === undefined) throw new Error('Cannot bundle: esbuild wrote nothing');
  return file.text;
}

function requireFile(path: string, what: string): void {
  if (!existsSync(path)) throw new Error(`Cannot bundle ${what}: ${path} does not exist`);
}
