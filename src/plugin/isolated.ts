import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { aborted, pause } from '../common/abort.ts';
import { formatDuration } from '../common/durations.ts';
import type { Log } from '../common/log.ts';
import type { Fault } from '../config/faults.ts';
import type { Attempt, AttemptOutcome, Runner, RunnerTrouble } from '../dispatch/runner.ts';
import type { Permissions } from './api.ts';
import { confinedEnvironment, type PluginCode, secretFiles } from './confinement.ts';
import { GRACE_MS } from './context.ts';
import { declaredPermissions } from './declared.ts';
import { Edition, isFolderPlugin } from './edition.ts';
import type { Answer, PluginDefaults } from './messages.ts';
import { type FullPermissions, fullPermissions, isAtOrBelow, realPath } from './permissions.ts';
import type { Services } from './services.ts';
import { failed, PluginSession, type SessionTimes } from './session.ts';

export interface IsolatedPlugin extends PluginCode {
  readonly handler: string;
  /** What the handler grants. */
  readonly allow: Permissions;
}

/** What loading a plugin with its options came to. */
export type LoadOutcome =
  | { readonly state: 'configured'; readonly defaults: PluginDefaults }
  | { readonly state: 'refused'; readonly problems: readonly Fault[] }
  | { readonly state: 'broken'; readonly reason: string };

/** How long things may take. */
export interface IsolatedTimes extends SessionTimes {
  /** Before the process is started again; doubles with each death in a row. */
  readonly restart: { readonly firstMs: number; readonly lastMs: number };
}

const TIMES: IsolatedTimes = {
  loadMs: 15_000,
  restart: { firstMs: 500, lastMs: 60_000 },
  killAfterMs: GRACE_MS,
  closeMs: 2_000,
};

const CODE = /\.(?:[cm]?[jt]s|json)$/;

/** Its file may change from one load to the next, and with it what it declares. */
const MOST_ROUNDS = 5;

/** A clause. */
const OVER = 'its process is not started any more';

/**
 * Runs a user's plugin in a process of its own: kept warm, and started again when it dies, once it has run.
 * A process that never came so far is its owner's to report.
 */
export class IsolatedRunner implements Runner {
  readonly #plugin: IsolatedPlugin;
  readonly #log: Log;
  readonly #times: IsolatedTimes;
  /** Aborts when it is not to be started again. */
  readonly #over = new AbortController();
  #state: 'new' | 'serving' | 'restarting' = 'new';
  #session: PluginSession | undefined;
  /** Of the process: what is granted until the plugin has said what it needs, and then that. */
  #permissions: FullPermissions;
  #services: Services | undefined;
  #edition: Edition;
  /** Resolves when attempts can be sent: undefined, or why not. */
  #ready: Promise<string | undefined> = Promise.resolve('it has not been started');
  #trouble = '';
  #deaths = 0;

  constructor(plugin: IsolatedPlugin, log: Log, times: Partial<IsolatedTimes> = {}) {
    this.#plugin = plugin;
    this.#permissions = fullPermissions(plugin.allow, plugin.baseDirectory);
    this.#log = log;
    this.#times = { ...TIMES, ...times };
    this.#edition = new Edition(dirname(plugin.file), [], []);
  }

  get file(): string {
    return this.#plugin.file;
  }

  /** The files that were loaded, or that loading failed at. */
  get edition(): Edition {
    return this.#edition;
  }

  async isOutdated(): Promise<boolean> {
    return await this.#edition.isOutdated();
  }

  get trouble(): RunnerTrouble | undefined {
    if (this.#state !== 'restarting') return undefined;
    return { reason: this.#trouble, failures: this.#deaths };
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  wait(): Promise<unknown> | undefined {
    return this.#state === 'restarting' && !this.#isOver ? this.#ready : undefined;
  }

  /** From now on it is not started again. */
  retire(): void {
    this.#over.abort();
  }

  /**
   * Starts the process and loads the plugin with its options, without setting it up. It has what the handler grants; if
   * it needs less than that, it is started again with what it needs.
   */
  async load(): Promise<LoadOutcome> {
    const { file } = this.#plugin;
    const isFolder = isFolderPlugin(this.#plugin);
    // The file itself too, as it is named: a link may come to lead elsewhere.
    this.#edition = await Edition.of(dirname(file), [file, ...secretFiles(this.#plugin)]);
    const outcome = await this.#load();
    // Where it cannot be loaded, any file may be the one that is at fault, or missing.
    this.#edition.isWhole = isFolder || outcome.state !== 'configured';
    const written = [...this.#permissions.write, ...this.#permissions.write.map(realPath)];
    this.#edition.counts = (one) => (isFolder || CODE.test(one)) && !written.some((path) => isAtOrBelow(one, path));
    return outcome;
  }

  async #load(): Promise<LoadOutcome> {
    for (let round = 0; round < MOST_ROUNDS && !this.#isOver; round++) {
      const session = this.#launch();
      const answer = await session.configure();
      if (answer.type !== 'configured') {
        this.#permissions = fullPermissions(this.#plugin.allow, this.#plugin.baseDirectory);
        return outcomeOf(answer);
      }
      const declared = declaredPermissions(answer.permissions, this.#plugin);
      if (typeof declared === 'string') {
        session.kill();
        return { state: 'broken', reason: declared };
      }
      const had = confinedEnvironment(this.#plugin, this.#permissions);
      this.#permissions = declared;
      if (isDeepStrictEqual(confinedEnvironment(this.#plugin, declared), had)) return outcomeOf(answer);
      session.kill();
      await session.gone;
    }
    return { state: 'broken', reason: this.#isOver ? OVER : 'it declares other permissions each time it is loaded' };
  }

  #launch(): PluginSession {
    const environment = confinedEnvironment(this.#plugin, this.#permissions);
    const session: PluginSession = new PluginSession(this.#plugin, environment, this.#times, this.#log, {
      imported: (stamps) => {
        for (const stamp of stamps) this.#edition.add(stamp);
      },
      lost: (reason) => this.#restartAfter(session, reason),
    });
    this.#session = session;
    return session;
  }

  /** Calls the plugin's `setup`; undefined, or why it cannot run. */
  async setup(services: Services): Promise<string | undefined> {
    this.#services = services;
    if (this.#permissions.run.length > 0) services.programs.start();
    const problem = await this.#setUp();
    if (problem === undefined) this.#state = 'serving';
    this.#ready = Promise.resolve(problem);
    return problem;
  }

  async #setUp(): Promise<string | undefined> {
    if (this.#services === undefined || this.#session === undefined) return 'it has not been started';
    return await this.#session.setUp(this.#services, this.#permissions);
  }

  async run(attempt: Attempt): Promise<AttemptOutcome> {
    const problem = await Promise.race([this.#ready, aborted(attempt.signal).then(() => this.#notReady())]);
    if (problem !== undefined || this.#session === undefined) return failed(problem ?? this.#notReady());
    const outcome = await this.#session.run(attempt);
    this.#deaths = outcome.state === 'done' ? 0 : this.#deaths;
    return outcome;
  }

  async close(): Promise<void> {
    this.#over.abort();
    await this.#session?.close();
  }

  #restartAfter(session: PluginSession, reason: string): void {
    if (this.#state !== 'serving' || this.#isOver) return;
    this.#state = 'restarting';
    this.#trouble = reason;
    this.#ready = this.#restart(session, reason);
  }

  /** Starts the process again, sooner the first time than the tenth, until the plugin is ready. */
  async #restart(lost: PluginSession, firstReason: string): Promise<string | undefined> {
    await lost.gone;
    let reason: string | undefined = firstReason;
    while (reason !== undefined) {
      if (this.#isOver) return OVER;
      this.#trouble = reason;
      const { firstMs, lastMs } = this.#times.restart;
      const delayMs = Math.min(lastMs, firstMs * 2 ** this.#deaths);
      this.#deaths += 1;
      this.#log.error(
        `The plugin of ${this.#plugin.handler} died: ${reason.replace(/\.$/, '')}; it is started again in ${formatDuration(delayMs)}`,
      );
      await pause(delayMs, this.#over.signal);
      reason = this.#isOver ? OVER : await this.#startAgain();
    }
    this.#state = 'serving';
    this.#log.info(`The plugin of ${this.#plugin.handler} runs again`);
    return undefined;
  }

  /** Undefined, or why not; then the process is ended. */
  async #startAgain(): Promise<string | undefined> {
    const loaded = await this.load();
    const refusal = loaded.state === 'broken' ? loaded.reason : 'its options do not fit its schema any more';
    const reason = loaded.state === 'configured' ? await this.#setUp() : refusal;
    if (reason === undefined) return undefined;
    this.#session?.kill();
    await this.#session?.gone;
    return reason;
  }

  #notReady(): string {
    return `timeout: the plugin was not ready in time${this.#trouble === '' ? '' : ` (${this.#trouble})`}`;
  }
}

/** What it came to when it is not a matter of permissions. */
function outcomeOf(answer: Answer): LoadOutcome {
  switch (answer.type) {
    case 'configured':
      return { state: 'configured', defaults: answer.defaults };
    case 'refused':
      return { state: 'refused', problems: answer.problems };
    default:
      return { state: 'broken', reason: answer.type === 'broken' ? answer.reason : 'it did not answer' };
  }
}
