import type { Log } from './common/log.ts';
import { sentence } from './common/sentence.ts';
import { faultsInWords } from './config/faults.ts';
import type { Edition } from './plugin/edition.ts';
import { FolderWatch } from './plugin/folder-watch.ts';
import type { PreparedHandler } from './prepare.ts';
import type { LoadedHandler } from './prepare-plugin.ts';

interface Entry {
  /** With the plugin that runs, or is broken. */
  readonly handler: PreparedHandler;
  /** Of a changed plugin that could not be taken up, and why; undefined where there is none. */
  readonly refused?: { readonly editions: readonly Edition[]; readonly reason: string };
}

export interface RenewalPort {
  /** Runs one thing after the other that changes handlers. */
  inTurn(work: () => Promise<void>): void;
  /** Whether the handler is being run. */
  runs(handler: string): boolean;
  /** Has the handler run with this plugin from now on. @returns why it cannot; then all is as before */
  take(handler: PreparedHandler): Promise<string | undefined>;
}

/** Takes up user plugins whose files change while the daemon runs. What cannot be taken up leaves the one before running. */
export class PluginRenewal {
  readonly #port: RenewalPort;
  readonly #log: Log;
  readonly #entries = new Map<string, Entry>();
  #watch: FolderWatch | undefined;

  constructor(port: RenewalPort, log: Log) {
    this.#port = port;
    this.#log = log;
  }

  /**
   * @param handlers with the plugins that run
   * @param refused handlers with the changed plugin that has not been taken up, and why
   * @param watches whether changes are looked for
   */
  configure(
    handlers: readonly PreparedHandler[],
    refused: readonly { readonly handler: PreparedHandler; readonly reason: string }[],
    watches: boolean,
  ): void {
    this.#entries.clear();
    for (const handler of handlers.filter(({ plugin }) => plugin.kind !== 'built-in')) {
      const refusal = refused.find((one) => one.handler.name === handler.name);
      if (refusal === undefined) this.#entries.set(handler.name, { handler });
      else this.#refuse(handler, editionsOf(refusal.handler), refusal.reason);
    }
    const isNeeded = watches && this.#entries.size > 0;
    if (!isNeeded) this.stop();
    else this.#watch ??= this.#begin();
    this.#follow();
  }

  /** The handler runs with this plugin by now. */
  took(handler: PreparedHandler): void {
    if (this.#entries.has(handler.name)) this.#entries.set(handler.name, { handler });
  }

  /** Why the changed plugins of handlers are not in use, by the handlers' names. */
  get refusals(): ReadonlyMap<string, string> {
    const found = [...this.#entries].map(([name, { refused }]) => [name, refused?.reason] as const);
    return new Map(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
  }

  stop(): void {
    this.#watch?.close();
    this.#watch = undefined;
  }

  #begin(): FolderWatch {
    return new FolderWatch(
      () => this.#port.inTurn(() => this.#look()),
      (folder, reason) =>
        this.#log.warn(`Cannot watch ${folder}: ${reason}. It is looked at every few seconds`, { folder }),
    );
  }

  #follow(): void {
    const editions = [...this.#entries.values()].flatMap((entry) => [
      ...editionsOf(entry.handler),
      ...(entry.refused?.editions ?? []),
    ]);
    void this.#watch?.watch(new Set(editions.flatMap(({ folders }) => folders)));
  }

  async #look(): Promise<void> {
    if (this.#watch === undefined) return;
    for (const { handler, refused } of this.#entries.values()) {
      const tried = refused?.editions ?? editionsOf(handler);
      const outdated = await Promise.all(tried.map((edition) => edition.isOutdated()));
      if (outdated.includes(true)) await this.#renew(handler);
    }
    this.#follow();
  }

  async #renew(handler: PreparedHandler): Promise<void> {
    const { name, settings } = handler;
    const loaded = await handler.load();
    if (loaded.state !== 'configured') {
      const editions = loaded.edition === undefined ? [] : [loaded.edition];
      this.#refuse(handler, editions, reasonOf(loaded));
      return;
    }
    const renewed = { ...handler, ...loaded };
    const problem = await this.#port.take(renewed);
    if (problem === undefined) {
      this.#log.info(`The plugin ${settings.plugin} has changed: ${name} runs with it as it is now`, { handler: name });
    } else this.#refuse(handler, editionsOf(renewed), problem);
  }

  #refuse(handler: PreparedHandler, editions: readonly Edition[], reason: string): void {
    const { name, settings } = handler;
    this.#entries.set(name, { handler, refused: { editions, reason: sentence(reason) } });
    const meanwhile = this.#port.runs(name) ? 'It goes on with the one before' : 'Its deliveries wait in the journal';
    this.#log.error(
      `The plugin ${settings.plugin} has changed, and ${name} cannot run with it: ${sentence(reason)} ${meanwhile}; mend the plugin`,
      { handler: name },
    );
  }
}

function editionsOf({ plugin, retraction }: PreparedHandler): Edition[] {
  return [plugin, retraction].flatMap((one) => {
    if (one?.kind === 'isolated') return [one.runner.edition];
    return one?.kind === 'broken' ? [one.edition] : [];
  });
}

function reasonOf(loaded: Exclude<LoadedHandler, { state: 'configured' }>): string {
  if (loaded.state === 'broken') return loaded.reason;
  const faults = (['with', 'retraction'] as const).map((key) => faultsInWords(loaded.problems[key], key));
  return `The options of its handler do not fit it. ${faults.join(' ').trim()}`;
}
