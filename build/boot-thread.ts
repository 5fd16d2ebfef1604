/**
 * The first code of a thread that runs a module of the executable, as build/boot.ts is of the executable itself: hooks and
 * modules are a thread's own. It is given what it needs as `workerData.embedded`.
 */
import { workerData } from 'node:worker_threads';
import { importEmbedded, type Packed, publishEmbedded, serveEmbeddedModules, unpackAll } from './boot-modules.ts';

interface ThreadEmbedded {
  readonly module: string;
  readonly modules: Packed;
  readonly schemas: Packed;
  readonly assets: Packed;
}

const { module, modules, schemas, assets } = workerData.embedded as ThreadEmbedded;
serveEmbeddedModules(modules);
publishEmbedded({ schemas: () => unpackAll(schemas), assets: () => unpackAll(assets) });
importEmbedded(`./${module}.js`).catch((error: unknown) => {
  // An error event in whoever started the thread.
  setImmediate(() => {
    throw error;
  });
});
