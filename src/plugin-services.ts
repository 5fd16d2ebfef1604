import { setImmediate } from 'node:timers/promises';
import type { Alert } from './alert/model.ts';
import type { PluginJournal } from './journal/plugins.ts';
import type { StoredAlert } from './journal/stored.ts';
import type { Programs } from './launch/program.ts';
import { ownPrograms } from './launch/run.ts';
import type { Services } from './plugin/services.ts';
import { handlerState, rehearsedState } from './plugin/state.ts';
import type { PreparedHandler } from './prepare.ts';
import { siteOf } from './selection.ts';
import type { Settings } from './settings.ts';
import { skyConditions } from './sky/conditions.ts';
import type { Site } from './sky/site.ts';

/** Of a thread, so many alerts are told at the most, and so many bytes of them. */
const MOST_EARLIER = 100;
const MOST_EARLIER_BYTES = 16 * 1_048_576;

/**
 * What is done for a plugin that is tried without a daemon: what it keeps is forgotten.
 *
 * @param kept what it has kept before
 * @param now milliseconds since 1970, for the sky
 */
export function trialServices(
  site: Site | undefined,
  kept: Parameters<typeof rehearsedState>[0],
  now: () => number,
  earlier: Services['earlier'],
): Services {
  return {
    ...{ programs: ownPrograms, site, state: rehearsedState(kept), earlier },
    sky: async (alert, options) => skyConditions(alert, site, now(), options),
  };
}

/** What a running daemon does for the plugin of a handler. @param decode undefined where it cannot be read */
export function pluginServices(
  { name, settings }: PreparedHandler,
  sites: Settings['sites'],
  programs: Programs,
  journal: PluginJournal,
  decode: (stored: StoredAlert) => Alert | undefined,
): Services {
  const site = siteOf(settings.site, sites);
  return {
    ...{ programs, site, state: handlerState(journal, name) },
    sky: async (alert, options) => skyConditions(alert, site, Date.now(), options),
    earlier: async (alert) => {
      const alerts: Alert[] = [];
      for (const stored of journal.earlier(alert, MOST_EARLIER, MOST_EARLIER_BYTES)) {
        const decoded = decode(stored);
        if (decoded !== undefined) alerts.push(decoded);
        // Nothing else is to wait until all are decoded.
        await setImmediate();
      }
      return alerts;
    },
  };
}
