import type { Alert } from '../alert/model.ts';
import type { Programs } from '../launch/program.ts';
import type { SkyConditions, VisibilityOptions } from '../sky/conditions.ts';
import type { Site } from '../sky/site.ts';
import type { HandlerState } from './state.ts';

/** What the daemon does for the plugin of one handler: in its own process it is called, from another process it is asked. */
export interface Services {
  /** Where its programs run. */
  readonly programs: Programs;
  /** From where the handler sees the sky; undefined where none is configured. */
  readonly site: Site | undefined;
  /** The sky now. */
  sky(alert: Pick<Alert, 'ra' | 'dec'>, options: VisibilityOptions | undefined): Promise<SkyConditions>;
  /** Alerts of the same thread that came before it, the newest last: no more than fit. */
  earlier(alert: Pick<Alert, 'id' | 'thread'>): Promise<readonly Alert[]>;
  readonly state: HandlerState;
}

/** The same, as the code that calls the plugin has it. */
export interface PluginServices extends Services {
  readonly fetch: typeof globalThis.fetch;
}
