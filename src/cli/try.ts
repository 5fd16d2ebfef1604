import { createDecoder } from '../alert/decode.ts';
import type { Alert } from '../alert/model.ts';
import { normaliseTime } from '../alert/time.ts';
import { UserError } from '../common/errors.ts';
import type { AttemptOutcome } from '../dispatch/runner.ts';
import { discard, type Prepared } from '../prepare.ts';
import type { HandlerVerdict } from '../rules/router.ts';
import { selectionOf } from '../selection.ts';
import { Trial } from '../trial/trial.ts';
import { EXIT, type Exit } from './exit.ts';
import { explainVerdict, oneLine } from './explanation.ts';
import { createLogger, type Logger } from './logger.ts';
import { readPacket } from './packet-file.ts';
import { prepareOrTell } from './prepare-or-tell.ts';
import { handlerNamed, startTrialRun } from './trial-run.ts';

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

interface Run {
  readonly handler: string;
  once(alert: Alert, packet: Buffer, verdict: HandlerVerdict): Promise<AttemptOutcome>;
  close(): Promise<void>;
}

/** @throws UserError when there is no such handler, or its plugin cannot run */
async function startRun(
  name: string,
  { handlers, settings }: Prepared,
  { trial, now }: { readonly trial: Trial; readonly now: number },
  log: Logger,
  exit: Exit,
): Promise<Run> {
  try {
    const earlier = async (alert: Pick<Alert, 'id'>) => trial.earlier(alert);
    const handler = handlerNamed(name, handlers);
    const run = await startTrialRun(handler, { settings, journal: settings.journal.path, now, earlier }, log, exit);
    return {
      handler: name,
      once: (alert, packet, { mode, retraction }) =>
        run.once(alert, packet, { pretends: mode === 'pretend', retracts: retraction === true }),
      close: () => run.close(),
    };
  } catch (error) {
    await discard(handlers);
    throw error;
  }
}
