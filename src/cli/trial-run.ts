import { existsSync } from 'node:fs';
import type { Alert } from '../alert/model.ts';
import { messageOf, UserError } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { didYouMean } from '../common/suggest.ts';
import type { Attempt, AttemptOutcome, Runner } from '../dispatch/runner.ts';
import { openToLook } from '../journal/look.ts';
import { PluginJournal } from '../journal/plugins.ts';
import { laneSpec } from '../lane-spec.ts';
import type { Services } from '../plugin/services.ts';
import { handlerState, NOTHING_KEPT } from '../plugin/state.ts';
import { trialServices } from '../plugin-services.ts';
import type { PreparedHandler } from '../prepare.ts';
import { siteOf } from '../selection.ts';
import type { Settings } from '../settings.ts';
import type { Exit } from './exit.ts';
import { stopSignal } from './signals.ts';

/** What a handler is run with, without a daemon. */
export interface TrialSettings {
  readonly settings: Pick<Settings, 'sites' | 'handlers' | 'web'>;
  /** The journal, for what the plugin keeps there; what it changes is forgotten. */
  readonly journal: string | undefined;
  /** Milliseconds since 1970, for the sky. */
  readonly now: number;
  readonly earlier: Services['earlier'];
}

/** A handler's plugin that runs for real. */
export interface TrialRun {
  /** @param manner what it is given beside the alert */
  once(alert: Alert, packet: Buffer, manner: Pick<Attempt, 'pretends' | 'retracts'>): Promise<AttemptOutcome>;
  close(): Promise<void>;
}

/** @throws UserError when the configuration has no such handler */
export function handlerNamed(name: string, handlers: readonly PreparedHandler[]): PreparedHandler {
  const found = handlers.find((one) => one.name === name);
  if (found !== undefined) return found;
  const hint = didYouMean(
    name,
    handlers.map((one) => one.name),
  );
  throw new UserError('try.run', `Cannot run ${name}: there is no such handler${hint}.`);
}

/**
 * Starts a handler's plugin as the daemon does.
 *
 * @throws UserError when it cannot run
 */
export async function startTrialRun(
  handler: PreparedHandler,
  trial: TrialSettings,
  log: Log,
  exit: Exit,
): Promise<TrialRun> {
  const runner = await runnerOf(handler, trial, log);
  const stop = stopSignal(exit);
  let number = 0;
  return {
    once: async (alert, packet, manner) => {
      number += 1;
      const signal = AbortSignal.any([stop, AbortSignal.timeout(handler.settings.timeout)]);
      const delivery = `${number}/${handler.name}`;
      return await runner.run({ alert, packet, delivery, attempt: 1, signal, ...manner });
    },
    close: () => runner.close(),
  };
}

async function runnerOf(
  handler: PreparedHandler,
  { settings, journal, now, earlier }: TrialSettings,
  log: Log,
): Promise<Runner> {
  const kept =
    journal !== undefined && existsSync(journal)
      ? handlerState(new PluginJournal(() => openToLook(journal)), handler.name)
      : NOTHING_KEPT;
  const services = trialServices(siteOf(handler.settings.site, settings.sites), kept, () => now, earlier);
  const spec = laneSpec(handler, settings, log, services, false);
  const reason = handler.plugin.kind === 'broken' ? handler.plugin.reason : '';
  if (spec === undefined) throw new UserError('try.run', `Cannot run ${handler.name}: ${reason}`);
  try {
    return await spec.createRunner();
  } catch (error) {
    throw new UserError('try.run', `Cannot run ${handler.name}: ${messageOf(error)}`, { cause: error });
  }
}
