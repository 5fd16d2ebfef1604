import type { Programs } from '../launch/program.ts';

/** What the daemon does for a plugin: in its own process it is called, from another process it is asked. */
export interface Services {
  /** Where its programs run. */
  readonly programs: Programs;
}

/** The same, as the code that calls the plugin has it. */
export interface PluginServices extends Services {
  readonly fetch: typeof globalThis.fetch;
}
