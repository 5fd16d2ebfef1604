import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createDecoder, type Decoder } from '../alert/decode.ts';
import type { Alert } from '../alert/model.ts';
import { normaliseTime } from '../alert/time.ts';
import { explain, messageOf, UserError } from '../common/errors.ts';
import { didYouMean } from '../common/suggest.ts';
import type { AttemptOutcome, Runner } from '../dispatch/runner.ts';
import { openToLook } from '../journal/look.ts';
import { PluginJournal } from '../journal/plugins.ts';
import { laneSpec } from '../lane-spec.ts';
import { handlerState, NOTHING_KEPT } from '../plugin/state.ts';
import { trialServices } from '../plugin-services.ts';
import { discard, type Prepared, type PreparedHandler } from '../prepare.ts';
import type { HandlerVerdict } from '../rules/router.ts';
import { selectionOf, siteOf } from '../selection.ts';
import type { Settings } from '../settings.ts';
import { Trial } from '../trial/trial.ts';
import { EXIT, type Exit } from './exit.ts';
import { explainVerdict, oneLine } from './explanation.ts';
import { createLogger, type Logger } from './logger.ts';
import { prepareOrTell } from './prepare-or-tell.ts';
import { stopSignal } from './signals.ts';

export interface TryOptions {
  readonly config?: string;
  readonly at?: string;
  readonly json?: boolean;
  readonly run?: string;
}

/** `voeventd try`: what the handlers would do with these packets; with `run`, one of them does it. */
export async function tryCommand(files: readonly string[], options: TryOptions, exit: Exit): Promise<number> {
  const now = decisionTime(options.at);
  const log = await createLogger({ level: options.run === undefined ? 'warn' : 'info', format: 'auto' });
  const { prepared } = await prepareOrTell(options.config, log);
  if (prepared === undefined) return EXIT.failed;
  const trial = new Trial(prepared.handlers.map((handler) => selectionOf(handler, prepared.settings)));
  const runner =
    options.run === undefined ? undefined : await startRun(options.run, prepared, { trial, now }, log, exit);
  try {
    return await tryAll(files, { ...options, now }, prepared, trial, runner);
  } finally {
    await runner?.close();
    await discard(prepared.handlers);
    await log.flush();
  }
}

async function tryAll(
  files: readonly string[],
  { now, json }: TryOptions & { readonly now: number },
  prepared: Prepared,
  trial: Trial,
  run: Run | undefined,
): Promise<number> {
  const decoder = await createDecoder();
  const source = Object.keys(prepared.settings.sources)[0] ?? 'try';
  const told: object[] = [];
  let code: number = EXIT.ok;
  for (const file of files) {
    const read = await readPacket(file, decoder, { source, receivedAt: new Date(now).toISOString() });
    if (read === undefined) {
      code = EXIT.failed;
      continue;
    }
    const { alert, verdicts } = trial.decide(read.decoded, now);
    if (json !== true) process.stdout.write(`${heading(file, alert)}\n`);
    for (const verdict of verdicts) {
      if (json !== true)
        process.stdout.write(
          `${explainVerdict(verdict)
            .map((line) => `  ${line}\n`)
            .join('')}`,
        );
      const outcome =
        run?.handler === verdict.handler && verdict.fired ? await run.once(alert, read.packet, verdict) : undefined;
      if (outcome?.state === 'failed') code = EXIT.failed;
      if (json === true) told.push(jsonOf(alert, verdict, outcome));
      else if (outcome !== undefined) process.stdout.write(`      → ${outcomeInWords(outcome)}\n`);
    }
  }
  if (json === true) process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
  return code;
}

function decisionTime(at: string | undefined): number {
  const time = at === undefined ? new Date().toISOString() : normaliseTime(at);
  if (time !== undefined) return Date.parse(time);
  throw new UserError(
    'try.at',
    `Cannot decide at "${at}": it is no time. Write one in UTC, such as 2026-11-22T03:00:00Z.`,
  );
}

async function readPacket(file: string, decoder: Decoder, reception: { source: string; receivedAt: string }) {
  try {
    const packet = await readFile(file);
    return { packet, decoded: decoder.read(packet, reception, { validate: true }) };
  } catch (error) {
    process.stderr.write(`voeventd: Cannot read ${file}: ${explain(error)}.\n`);
    return undefined;
  }
}

function heading(file: string, { ivorn, role, test, kind, thread }: Alert): string {
  const mark = test && role !== 'test' ? ' marked as a test' : '';
  return `${file}: ${oneLine(ivorn)} (${role}${mark}, ${kind}, thread ${oneLine(thread)})`;
}

function jsonOf({ id }: Alert, verdict: HandlerVerdict, outcome: AttemptOutcome | undefined): object {
  const { handler, fired, why, values = {}, mode, retraction } = verdict;
  return {
    ...{ id, handler, fired, why, values },
    ...(mode === undefined ? {} : { mode }),
    ...(retraction === undefined ? {} : { retraction }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}

function outcomeInWords(outcome: AttemptOutcome): string {
  if (outcome.state === 'done') return `run, and done${outcome.detail === '' ? '' : `: ${oneLine(outcome.detail)}`}`;
  const advice = outcome.retryable ? ' (the daemon might try again)' : '';
  return `run, and failed: ${oneLine(outcome.reason)}${advice}`;
}

/** What is tried, and when: milliseconds since 1970. */
interface Tried {
  readonly trial: Trial;
  readonly now: number;
}

interface Run {
  readonly handler: string;
  once(alert: Alert, packet: Buffer, verdict: HandlerVerdict): Promise<AttemptOutcome>;
  close(): Promise<void>;
}

/** @throws UserError when there is no such handler, or its plugin cannot run */
async function startRun(
  name: string,
  { handlers, settings }: Prepared,
  tried: Tried,
  log: Logger,
  exit: Exit,
): Promise<Run> {
  const handler = handlers.find((one) => one.name === name);
  try {
    if (handler === undefined) {
      const names = handlers.map((one) => one.name);
      throw new UserError('try.run', `Cannot run ${name}: there is no such handler${didYouMean(name, names)}.`);
    }
    const runner = await runnerOf(handler, settings, tried, log);
    const stop = stopSignal(exit);
    let number = 0;
    return {
      handler: name,
      once: async (alert, packet, { mode, retraction }) => {
        number += 1;
        const signal = AbortSignal.any([stop, AbortSignal.timeout(handler.settings.timeout)]);
        return await runner.run({
          ...{ alert, packet, delivery: `${number}/${name}`, attempt: 1, signal },
          ...{ pretends: mode === 'pretend', retracts: retraction === true },
        });
      },
      close: () => runner.close(),
    };
  } catch (error) {
    await discard(handlers);
    throw error;
  }
}

async function runnerOf(
  handler: PreparedHandler,
  settings: Settings,
  { trial, now }: Tried,
  log: Logger,
): Promise<Runner> {
  const { sites } = settings;
  const { path } = settings.journal;
  const kept = existsSync(path) ? handlerState(new PluginJournal(() => openToLook(path)), handler.name) : NOTHING_KEPT;
  const site = siteOf(handler.settings.site, sites);
  const services = trialServices(
    site,
    kept,
    () => now,
    async (alert) => trial.earlier(alert),
  );
  const spec = laneSpec(handler, settings, log, services, false);
  const reason = handler.plugin.kind === 'broken' ? handler.plugin.reason : '';
  if (spec === undefined) throw new UserError('try.run', `Cannot run ${handler.name}: ${reason}`);
  try {
    return await spec.createRunner();
  } catch (error) {
    throw new UserError('try.run', `Cannot run ${handler.name}: ${messageOf(error)}`, { cause: error });
  }
}
