/**
 * The other side of `launcher.ts`: a process that does nothing but run programs, and so is small. To start one, the system
 * copies the tables of the starting process's memory, which takes the daemon ten milliseconds and more, and all its threads
 * stand still meanwhile.
 */

import type { ToLauncher } from './messages.ts';
import { ownPrograms } from './run.ts';
import { ServedPrograms } from './serve.ts';

/** Runs until the daemon closes the channel, or dies, and what it has started has ended. */
export async function runLauncher(): Promise<void> {
  const send = process.send?.bind(process);
  if (send === undefined) {
    process.stderr.write('voeventd --launcher is started by the daemon itself.\n');
    process.exitCode = 2;
    return;
  }
  process.title = 'voeventd launcher';
  // Ctrl-C reaches the whole foreground group, and a service manager ends all at once; the daemon decides when its programs
  // end.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const served = new ServedPrograms(ownPrograms, (message) => {
    if (process.connected) send(message, undefined, undefined, () => {});
  });
  process.on('message', (message: ToLauncher) => served.receive(message));
  const { promise, resolve } = Promise.withResolvers<void>();
  process.once('disconnect', resolve);
  await promise;
  await served.idle();
}
