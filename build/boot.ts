/**
 * The first code that runs in the executable. A single-executable main is CommonJS and cannot `import()` files, so
 * this file only makes the embedded ES modules importable and hands over to `src/main.ts` through the default loader.
 * It keeps `import()` of users' plugins, top-level await and `import.meta` working in the application.
 */
import { registerHooks, SourceMap } from 'node:module';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { intakeWorker, modules, schemas, sourceMaps, version } from 'virtual:embedded';
import { mapStacks } from './boot-stacks.ts';
import { unpack } from './packed.ts';

// Bundled packages call createRequire(import.meta.url), which takes nothing but file: URLs. Nothing exists there.
const BASE = pathToFileURL('/voeventd-internal/').href;
const UNSETTLED = 13; // Node's own exit code for a main module whose top-level await never settles.

function embeddedName(specifier: string, parentUrl: string | undefined): string | undefined {
  // Only for our own modules: a plugin that brings its own libxml2-wasm gets its own.
  if (!parentUrl?.startsWith(BASE)) return undefined;
  const name = specifier.replace(/^\.\//, '');
  return Object.hasOwn(modules, name) ? name : undefined;
}

function serveEmbeddedModules(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const name = embeddedName(specifier, context.parentURL);
      if (name === undefined) return nextResolve(specifier, context);
      return { url: BASE + name, format: 'module', shortCircuit: true };
    },
    load(url, context, nextLoad) {
      const packed = url.startsWith(BASE) ? modules[url.slice(BASE.length)] : undefined;
      if (packed === undefined) return nextLoad(url, context);
      return { format: 'module', source: unpack(packed), shortCircuit: true };
    },
  });
}

function mapStacksOfEmbeddedModules(): void {
  const decoded = new Map<string, SourceMap>();
  mapStacks(BASE, (file) => {
    const packed = sourceMaps[file];
    if (packed === undefined) return undefined;
    const map = decoded.get(file) ?? new SourceMap(JSON.parse(unpack(packed)));
    decoded.set(file, map);
    return map;
  });
}

/** `import()` that uses the process's module loader, which the CommonJS main of an executable is cut off from. */
function importer(): (specifier: string) => Promise<unknown> {
  const script = new vm.Script('(specifier) => import(specifier)', {
    filename: `${BASE}boot.js`,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return script.runInThisContext();
}

/** Runs `action` without the experimental notice it causes: users cannot do anything about it. */
function withoutLoaderWarning<T>(action: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes('USE_MAIN_CONTEXT_DEFAULT_LOADER'))
      Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return action();
  } finally {
    process.emitWarning = emitWarning;
  }
}

async function boot(): Promise<void> {
  serveEmbeddedModules();
  mapStacksOfEmbeddedModules();
  Object.assign(globalThis, {
    [Symbol.for('voeventd.embedded')]: {
      version,
      intakeWorker: unpack(intakeWorker),
      // Most processes validate nothing.
      schemas: () => Object.fromEntries(Object.entries(schemas).map(([name, text]) => [name, unpack(text)])),
    },
  });
  // Not 'exit': process.exit() during the application's top-level await is a normal end.
  const reportUnsettled = () => {
    console.error('voeventd: the application did not finish loading (a top-level await never settled)');
    process.exitCode = UNSETTLED;
  };
  process.once('beforeExit', reportUnsettled);
  await withoutLoaderWarning(() => importer()('./main.js'));
  process.removeListener('beforeExit', reportUnsettled);
}

boot().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
