import type { Log } from '../common/log.ts';
import { confinedEnvironment, type PluginCode } from './confinement.ts';
import type { Answer } from './messages.ts';
import type { FullPermissions } from './permissions.ts';
import { PluginSession } from './session.ts';

/** It is killed, once it has answered. */
const TIMES = { loadMs: 15_000, killAfterMs: 0, closeMs: 0 };

/** What a plugin says of itself, or why it cannot be loaded: a whole sentence. */
export type PluginLook = Extract<Answer, { type: 'described' | 'broken' }>;

/**
 * Loads a user's plugin in a process of its own, asks it what it is, and ends the process.
 *
 * @param permissions what it may do meanwhile
 */
export async function lookAtPlugin(code: PluginCode, permissions: FullPermissions, log: Log): Promise<PluginLook> {
  const events = { imported: () => {}, lost: () => {} };
  const plugin = { ...code, handler: code.name };
  const session = new PluginSession(plugin, confinedEnvironment(code, permissions), TIMES, log, events);
  const answer = await session.describe();
  session.kill();
  if (answer.type === 'described' || answer.type === 'broken') return answer;
  return { type: 'broken', reason: 'it did not answer' };
}
