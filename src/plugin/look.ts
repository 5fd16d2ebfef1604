import { formatDuration } from '../common/durations.ts';
import type { Log } from '../common/log.ts';
import { PluginProcess } from './child.ts';
import { confinedEnvironment, type PluginCode } from './confinement.ts';
import type { Answer } from './messages.ts';
import type { FullPermissions } from './permissions.ts';

/** How long a plugin may take to be loaded. */
const LOAD_MS = 15_000;

/** What a plugin says of itself, or why it cannot be loaded: a whole sentence. */
export type PluginLook = Extract<Answer, { type: 'described' | 'broken' }>;

/**
 * Loads a user's plugin in a process of its own, asks it what it is, and ends the process.
 *
 * @param permissions what it may do meanwhile
 */
export async function lookAtPlugin(code: PluginCode, permissions: FullPermissions, log: Log): Promise<PluginLook> {
  const { promise, resolve } = Promise.withResolvers<PluginLook>();
  const child = new PluginProcess(log, confinedEnvironment(code, permissions), {
    message: (message) => {
      if (message.type === 'described' || message.type === 'broken') resolve(message);
    },
    ended: (reason) => resolve({ type: 'broken', reason }),
  });
  const { file, options, baseDirectory } = code;
  child.send({ type: 'describe', file, options, baseDirectory });
  const timer = setTimeout(
    () => resolve({ type: 'broken', reason: `it did not answer within ${formatDuration(LOAD_MS)}` }),
    LOAD_MS,
  );
  const look = await promise;
  clearTimeout(timer);
  child.kill();
  return look;
}
