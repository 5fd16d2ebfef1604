import { Worker } from 'node:worker_threads';

const LOOK_MS = 1_000;

/** Runs beside the plugin, in a thread of its own: an endless loop in the plugin does not stop it. */
const PROGRAM = `
const parent = require('node:worker_threads').workerData;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, ${LOOK_MS});
`;

/**
 * Ends this process when its parent has died. The closing of the channel says so too, but not to a plugin that never
 * comes back to its event loop: that one would go on for ever, and the next daemon would start another beside it.
 */
export function endWithParent(): void {
  const watchdog = new Worker(PROGRAM, {
    eval: true,
    workerData: process.ppid,
  });
  watchdog.on('error', () => {});
  watchdog.unref();
  // The plugin gets none.
  process.permission.drop('worker');
}
