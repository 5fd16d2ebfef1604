import type { Runner } from '../dispatch/runner.ts';
import { type ConfiguredPlugin, runAttempt, setupContext } from './context.ts';

/**
 * Runs a built-in plugin in this process.
 *
 * @throws what the plugin's `setup` throws
 */
export async function createInProcessRunner(configured: ConfiguredPlugin): Promise<Runner> {
  if (configured.plugin.programs === true) configured.services.programs.start();
  const context = setupContext(configured);
  await configured.plugin.setup?.(context);
  return {
    run: (attempt) => runAttempt(configured, attempt),
    close: async () => {
      await configured.plugin.close?.(context);
    },
  };
}
