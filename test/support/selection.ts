import { handlerSchema } from '../../src/dispatch/settings.ts';
import { permissionsSchema } from '../../src/plugin/permissions.ts';
import type { Circumstances } from '../../src/rules/circumstances.ts';
import type { Selection } from '../../src/rules/selection.ts';
import { sampleAlert } from './plugin-context.ts';

/** A handler as one that the configuration says nothing of but its plugin. */
export function selection(handler: string, changes: Partial<Selection> = {}): Selection {
  const { roles, tests, mode } = handlerSchema(permissionsSchema().optional()).parse({ plugin: 'exec' });
  return {
    ...{ handler, fallbackOf: [], roles, tests, mode },
    ...{ maxAgeMs: undefined, streams: undefined, topics: undefined, kinds: undefined },
    ...{ minImportance: undefined, maxErrorRadius: undefined, rule: undefined, site: undefined },
    ...{ once: false, repeat: undefined, cancels: false, retracts: false },
    ...changes,
  };
}

/** An alert of which nothing is known but itself. */
export function circumstances(changes: Partial<Circumstances> = {}): Circumstances {
  const alert = changes.alert ?? sampleAlert();
  return {
    ...{ alert, now: Date.parse('2026-11-22T10:00:10Z') },
    thread: () => ({
      ...{ first: true, retracted: alert.kind === 'retraction', previous: undefined, moved: undefined },
    }),
    ...{ superseder: () => undefined, delivered: () => undefined, begun: () => false },
    ...changes,
  };
}
