import { registerHooks, SourceMap } from 'node:module';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { mapStacks } from './boot-stacks.ts';
import { unpack } from './packed.ts';

/** What the executable carries, packed, by name. */
export type Packed = Readonly<Record<string, string>>;

// Bundled packages call createRequire(import.meta.url), which takes nothing but file: URLs. Nothing exists there.
const BASE = pathToFileURL('/voeventd-internal/').href;

/** Makes the embedded ES modules importable in this thread. */
export function serveEmbeddedModules(modules: Packed): void {
  const embeddedName = (specifier: string, parentUrl: string | undefined): string | undefined => {
    // Only for our own modules: a plugin that brings its own libxml2-wasm gets its own.
    if (!parentUrl?.startsWith(BASE)) return undefined;
    const name = specifier.replace(/^\.\//, '');
    return Object.hasOwn(modules, name) ? name : undefined;
  };
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

export function mapStacksOfEmbeddedModules(sourceMaps: Packed): void {
  const decoded = new Map<string, SourceMap>();
  mapStacks(BASE, (file) => {
    const packed = sourceMaps[file];
    if (packed === undefined) return undefined;
    const map = decoded.get(file) ?? new SourceMap(JSON.parse(unpack(packed)));
    decoded.set(file, map);
    return map;
  });
}

/** `import()` that uses the process's module loader, which the script of an executable is cut off from. */
export function importEmbedded(specifier: string): Promise<unknown> {
  return withoutLoaderWarning(() => {
    const script = new vm.Script('(specifier) => import(specifier)', {
      filename: `${BASE}boot.js`,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    return (script.runInThisContext() as (specifier: string) => Promise<unknown>)(specifier);
  });
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

/** Schemas and the like are unpacked when somebody asks: most processes validate nothing. */
export function unpackAll(packed: Packed): Record<string, string> {
  return Object.fromEntries(Object.entries(packed).map(([name, text]) => [name, unpack(text)]));
}

/** Where the application finds what the executable carries: `src/common/embedded.ts`. */
export function publishEmbedded(embedded: object): void {
  Object.assign(globalThis, { [Symbol.for('voeventd.embedded')]: embedded });
}
