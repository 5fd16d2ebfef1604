import { createDecoder } from '../alert/decode.ts';
import { UserError } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { visible } from '../common/visible.ts';
import type { AttemptOutcome } from '../dispatch/runner.ts';
import type { Permissions } from '../plugin/api.ts';
import { allowLine, permissionsInYaml } from '../plugin/permissions.ts';
import { discard } from '../prepare.ts';
import { EXIT, type Exit } from './exit.ts';
import { oneLine } from './explanation.ts';
import { type ReadPacket, readPacket } from './packet-file.ts';
import { PluginLines } from './plugin-lines.ts';
import { runOwnTest } from './plugin-own-test.ts';
import { type Tested, testedHandler, testedPlugin } from './tested-plugin.ts';
import { startTrialRun } from './trial-run.ts';

export interface PluginTestOptions {
  readonly config?: string;
  /** With the options and permissions of this handler. */
  readonly handler?: string;
  /** With these options: YAML or JSON. */
  readonly with?: string;
  readonly pretend?: boolean;
  readonly json?: boolean;
}

/** `voeventd plugin test`: one alert through a plugin, as the daemon would hand it over; without one, the plugin's own test. */
export async function pluginTestCommand(
  name: string,
  file: string | undefined,
  options: PluginTestOptions,
  exit: Exit,
): Promise<number> {
  const log = new PluginLines(name);
  let output: string | undefined;
  try {
    if (file === undefined) return await ownTest(name, options, log);
    const reception = { source: 'test', receivedAt: new Date().toISOString() };
    const read = await readPacket(file, await createDecoder(), reception);
    const tested = read === undefined ? undefined : await prepareTested(name, options, log);
    if (read === undefined || tested === undefined) return EXIT.failed;
    const { outcome, ...told } = await handOver(tested, read, options.pretend === true, log, exit);
    ({ output } = outcome);
    print(name, tested.declared, outcome, told, options);
    return outcome.state === 'done' ? EXIT.ok : EXIT.failed;
  } finally {
    log.tellOthers(output);
  }
}

async function ownTest(name: string, options: PluginTestOptions, log: Log): Promise<number> {
  const { handler, pretend, json } = options;
  if (handler !== undefined || pretend === true || json === true) {
    const flag = handler !== undefined ? '--handler' : pretend === true ? '--pretend' : '--json';
    throw new UserError('plugin.test', `Cannot use ${flag} without an alert: voeventd plugin test ${name} FILE.`);
  }
  return (await runOwnTest(name, options, log)) ? EXIT.ok : EXIT.failed;
}

async function prepareTested(
  name: string,
  { handler, ...options }: PluginTestOptions,
  log: Log,
): Promise<Tested | undefined> {
  if (handler === undefined) return await testedPlugin(name, options, log);
  if (options.with === undefined) return await testedHandler(name, { ...options, handler }, log);
  throw new UserError('plugin.test', 'Cannot use --handler and --with together: the handler has its own options.');
}

interface HandedOver {
  readonly outcome: AttemptOutcome;
  readonly pretends: boolean;
  readonly ms: number;
}

async function handOver(
  { handler, settings, journal, started }: Tested,
  { packet, decoded: { alert } }: ReadPacket,
  pretend: boolean,
  log: PluginLines,
  exit: Exit,
): Promise<HandedOver> {
  try {
    const run = await startTrialRun(
      handler,
      { settings, journal, now: Date.now(), earlier: async () => [] },
      log,
      exit,
    );
    log.begin();
    const pretends = pretend || handler.settings.mode === 'pretend';
    const retracts = handler.retraction !== undefined && alert.kind === 'retraction';
    const began = performance.now();
    const outcome = await run.once(alert, packet, { pretends, retracts });
    const ms = Math.round(performance.now() - began);
    await run.close();
    return { outcome, pretends, ms };
  } finally {
    await discard(started);
  }
}

function print(
  name: string,
  declared: Permissions | undefined,
  outcome: AttemptOutcome,
  { pretends, ms }: Omit<HandedOver, 'outcome'>,
  { handler, json }: PluginTestOptions,
): void {
  const text =
    json === true
      ? JSON.stringify({ plugin: name, handler, pretends, ms, ...outcome }, null, 2)
      : [...grantLines(declared), headline(name, outcome, pretends, ms), ...outputLines(outcome)].join('\n');
  process.stdout.write(`${text}\n`);
}

function grantLines(declared: Permissions | undefined): string[] {
  if (declared === undefined || permissionsInYaml(declared) === '{}') return [];
  return [`It declares, and for this test is granted: ${allowLine(declared)}`];
}

function headline(name: string, outcome: AttemptOutcome, pretends: boolean, ms: number): string {
  if (outcome.state === 'done') {
    const detail = pretends ? `would ${outcome.detail}` : outcome.detail;
    return `✓ ${name}: ${pretends ? 'pretended' : 'done'} in ${ms} ms${detail === '' ? '' : `: ${oneLine(detail)}`}`;
  }
  const advice = outcome.retryable ? ' (the daemon might try again)' : '';
  return `✗ ${name}: failed after ${ms} ms: ${oneLine(outcome.reason)}${advice}`;
}

function outputLines({ output }: AttemptOutcome): string[] {
  return output === undefined
    ? []
    : visible(output)
        .split('\n')
        .map((line) => `    | ${line}`);
}
