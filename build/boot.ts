/**
 * The first code that runs in the executable. A single-executable main is CommonJS and cannot `import()` files, so
 * this file only makes the embedded ES modules importable and hands over to `src/main.ts` through the default loader.
 * It keeps `import()` of users' plugins, top-level await and `import.meta` working in the application.
 */
import { assets, modules, schemas, sourceMaps, threadBoot, types, version, workers } from 'virtual:embedded';
import {
  importEmbedded,
  mapStacksOfEmbeddedModules,
  publishEmbedded,
  serveEmbeddedModules,
  unpackAll,
} from './boot-modules.ts';
import { unpack } from './packed.ts';

const UNSETTLED = 13; // Node's own exit code for a main module whose top-level await never settles.

async function boot(): Promise<void> {
  serveEmbeddedModules(modules);
  mapStacksOfEmbeddedModules(sourceMaps);
  publishEmbedded({
    version,
    worker: (name: string) => unpack(workers[name] ?? ''),
    schemas: () => unpackAll(schemas),
    assets: () => unpackAll(assets),
    types: () => unpack(types),
    thread: (module: string) => ({ script: unpack(threadBoot), data: { module, modules, schemas, assets } }),
  });
  // Not 'exit': process.exit() during the application's top-level await is a normal end.
  const reportUnsettled = () => {
    console.error('voeventd: the application did not finish loading (a top-level await never settled)');
    process.exitCode = UNSETTLED;
  };
  process.once('beforeExit', reportUnsettled);
  await importEmbedded('./main.js');
  process.removeListener('beforeExit', reportUnsettled);
}

boot().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
