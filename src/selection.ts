import { fallsBackOn } from './dispatch/fallbacks.ts';
import type { PreparedHandler } from './prepare.ts';
import { glob } from './rules/glob.ts';
import type { Selection } from './rules/selection.ts';
import type { Settings } from './settings.ts';
import type { Site } from './sky/site.ts';

/** What decides whether a handler gets an alert, as the configuration has it. @param pretend nothing runs, whatever it says */
export function selectionOf(
  { name, settings, rule }: PreparedHandler,
  { sites, handlers }: Settings,
  pretend = false,
): Selection {
  const { roles, tests, mode, streams, topics, kinds, minImportance, maxErrorRadius, maxAge } = settings;
  return {
    fallbackOf: fallsBackOn(name, handlers),
    ...{ handler: name, roles, tests, mode: pretend ? 'pretend' : mode, maxAgeMs: maxAge },
    ...{ streams: streams?.map(glob), topics: topics?.map(glob), kinds, minImportance, maxErrorRadius, rule },
    site: siteOf(settings.site, sites),
    once: settings.once === 'thread' || settings.repeat !== undefined,
    repeat:
      settings.repeat === undefined
        ? undefined
        : { movedDegrees: settings.repeat.moved, improved: settings.repeat.improved },
    cancels: settings.onRetraction === 'cancel',
    retracts: settings.retraction !== undefined,
  };
}

/** The one that is named, or the first there is. */
export function siteOf(named: string | undefined, sites: Settings['sites']): Site | undefined {
  const name = named ?? Object.keys(sites)[0];
  return name === undefined ? undefined : sites[name];
}
