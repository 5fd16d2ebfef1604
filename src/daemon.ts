import { setImmediate } from 'node:timers/promises';
import { createDecoder, type Decoder } from './alert/decode.ts';
import type { Alert } from './alert/model.ts';
import { Broadcasting } from './broadcasting.ts';
import { UserError } from './common/errors.ts';
import type { Log } from './common/log.ts';
import { LoopLag } from './common/loop-lag.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import { Expectations } from './expectations.ts';
import { Handlers } from './handlers.ts';
import { inspectProgram } from './inspect/program.ts';
import { Intake } from './intake/intake.ts';
import type { Coming, SourceProblem, SourceReport } from './intake/messages.ts';
import { noteDamage } from './journal/corrupt.ts';
import { Ledger } from './journal/ledger.ts';
import { lockJournal } from './journal/lock.ts';
import { afterAll } from './journal/log/segments.ts';
import { PluginJournal } from './journal/plugins.ts';
import type { StoredAlert } from './journal/stored.ts';
import { ensureWhole } from './journal/whole.ts';
import { Keeper } from './keeper/keeper.ts';
import { Launcher } from './launch/launcher.ts';
import { Pipeline } from './pipeline/pipeline.ts';
import type { Services } from './plugin/services.ts';
import { pluginServices } from './plugin-services.ts';
import { discard, type Prepared, type PreparedHandler } from './prepare.ts';
import { samplePacket } from './rehearsal/samples.ts';
import { Requests } from './requests/requests.ts';
import { Serving } from './serving.ts';
import type { Settings } from './settings.ts';
import { intakeSources } from './sources.ts';
import { describeReceiver } from './vtp/receiver/status.ts';
import { describeStatus } from './vtp/subscriber/status.ts';
import type { Snapshot, SourceSnapshot } from './web/snapshot.ts';

export interface DaemonEvents {
  /** A fault of ours that the daemon cannot go on with. */
  failed(error: Error): void;
  /** The journal turns out to be damaged, a clause; it may be said more than once. The next start sets it aside. */
  damaged(reason: string): void;
}

/** Builds the parts, starts them in order, and stops them in reverse. */
export class Daemon {
  readonly #log: Log;
  readonly #journalPath: string;
  readonly #lock: { release(): void };
  readonly #ledger: Ledger;
  readonly #intake: Intake;
  readonly #keeper: Keeper;
  readonly #pipeline: Pipeline;
  readonly #dispatcher: Dispatcher;
  readonly #launcher = new Launcher();
  readonly #pluginJournal: PluginJournal;
  readonly #requests: Requests;
  readonly #handlers: Handlers;
  readonly #broadcasting: Broadcasting;
  readonly #serving: Serving;
  readonly #lag = new LoopLag();
  readonly #startedAt = Date.now();
  readonly #expectations = new Expectations();
  #settings: Settings;

  private constructor(prepared: Prepared, decoder: Decoder, parts: Parts, log: Log, pretend: boolean) {
    this.#settings = prepared.settings;
    this.#journalPath = prepared.settings.journal.path;
    this.#pluginJournal = PluginJournal.at(this.#journalPath);
    this.#log = log;
    this.#lock = parts.lock;
    this.#ledger = parts.ledger;
    this.#intake = parts.intake;
    this.#keeper = parts.keeper;
    this.#broadcasting = new Broadcasting(this.#journalPath, parts.intake, parts.keeper, log);
    this.#serving = new Serving(this.#journalPath, () => this.#snapshot(), log);
    this.#dispatcher = new Dispatcher(
      {
        open: (handler, limit) => this.#ledger.open(handler, limit),
        begin: (seq, handler, startedAt) => this.#ledger.begin(seq, handler, startedAt),
        end: (seq, handler, end) => this.#ledger.end(seq, handler, end),
        load: (seq) => this.#load(seq),
        beyond: (handler, keep, limit) => this.#ledger.beyond(handler, keep, limit),
        lastAttempts: (handler, limit) => this.#ledger.lastAttempts(handler, limit),
      },
      log,
    );
    this.#pipeline = new Pipeline(this.#ledger, decoder, this.#dispatcher, log);
    this.#requests = new Requests(this.#ledger, this.#dispatcher, log);
    this.#handlers = new Handlers(
      {
        ...{ dispatcher: this.#dispatcher, pipeline: this.#pipeline, requests: this.#requests },
        services: (handler, sites) => this.#servicesOf(handler, sites),
      },
      prepared.settings,
      log,
      pretend,
    );
  }

  /**
   * Takes the journal, connects the sources, and takes up what the last run left.
   *
   * @param options.pretend nothing is run, whatever the configuration says, also after a reload
   * @throws UserError when the journal cannot be used, or a port that is to be listened on cannot be had
   */
  static async start(
    prepared: Prepared,
    log: Log,
    events: DaemonEvents,
    { pretend = false }: { readonly pretend?: boolean } = {},
  ): Promise<Daemon> {
    const { path } = prepared.settings.journal;
    // Before the journal is opened: that may bring it up to date, under an older daemon that uses it.
    const lock = lockJournal(path);
    let ledger: Ledger;
    const damaged = (reason: string): void => {
      noteDamage(path, reason);
      events.damaged(reason);
    };
    try {
      ensureWhole(path, prepared.settings.journal.onCorrupt, log, new Date());
      ledger = new Ledger(path, (reason) => damaged(reason));
    } catch (error) {
      lock.release();
      throw error;
    }
    let daemon: Daemon | undefined;
    const failed = (error: Error): void => events.failed(error);
    // Behind all that earlier runs have written.
    const segment = Math.max(afterAll(path).segment, ledger.intakePosition().segment + 1);
    const keeper = new Keeper(path, { segment, offset: 0 }, log, {
      taken: (_added, duplicates) => {
        if (duplicates > 0) log.info(`Acknowledged ${duplicates} more that the journal had already`, { duplicates });
        daemon?.wake();
      },
      damaged,
      failed,
    });
    const intake = new Intake(path, segment, keeper.commits, log, {
      coming: (document) => daemon?.prepareFor(document),
      failed,
    });
    // Connecting goes on in the intake thread while the XML library loads here.
    const listening = configureIntake(intake, prepared.settings);
    const decoder = await createDecoder();
    daemon = new Daemon(prepared, decoder, { lock, ledger, intake, keeper }, log, pretend);
    daemon.#retain(prepared.settings);
    const broadcasting = daemon.#broadcasting.configure(prepared.settings);
    daemon.#expect(prepared.settings);
    await daemon.#handlers.configure(prepared);
    daemon.#begin();
    daemon.#requests.start();
    const deaf = deafness(prepared.settings, await listening, await broadcasting);
    if (deaf.length > 0) {
      await daemon.stop();
      throw new UserError('daemon.listen', deaf.join('\n'));
    }
    await daemon.#serving.configure(prepared.settings);
    void warmUp(decoder);
    return daemon;
  }

  /** A document is on its way into the journal. */
  prepareFor(document: Coming): void {
    const { buffer, byteOffset, byteLength } = document.packet;
    this.#pipeline.readAhead({ ...document, packet: Buffer.from(buffer, byteOffset, byteLength) });
  }

  /** There may be new alerts in the journal. */
  wake(): void {
    this.#pipeline.wake();
  }

  /** How many alerts, quarantined ones and deliveries (by state) the journal holds. */
  counts(): ReturnType<Ledger['counts']> {
    return this.#ledger.counts();
  }

  /** Where the status page is; undefined: nowhere. */
  get statusPage(): string | undefined {
    return this.#serving.address;
  }

  /** Whether this handler is being run. */
  runs(handler: string): boolean {
    return this.#dispatcher.runs(handler);
  }

  /** Writes to the log what every source is doing, and what the journal holds. */
  async describe(): Promise<void> {
    const { sources } = await this.#intake.report();
    for (const report of sources) {
      const { name, status } = report;
      this.#log.info(`Source ${name}: ${describeSource(report)}`, { source: name, status });
    }
    await this.#broadcasting.describe();
    const { alerts, quarantined, deliveries } = this.counts();
    const states = Object.entries(deliveries).map(([state, count]) => `${count} ${state}`);
    this.#log.info(
      `Journal: ${alerts} alerts, ${quarantined} in quarantine; deliveries: ${states.join(', ') || 'none'}`,
    );
  }

  /** Goes on with another configuration. The journal stays the one it started with. */
  async reload(prepared: Prepared): Promise<void> {
    const isDone = await this.#handlers.inTurn(() => this.#reload(prepared));
    if (!isDone) await discard(prepared.handlers);
  }

  async #reload(prepared: Prepared): Promise<void> {
    if (prepared.settings.journal.path !== this.#journalPath) {
      this.#log.warn(
        `journal.path is now ${prepared.settings.journal.path}: that takes a restart; until then ${this.#journalPath} is used`,
      );
    }
    this.#settings = prepared.settings;
    this.#retain(prepared.settings);
    const listening = configureIntake(this.#intake, prepared.settings);
    const broadcasting = this.#broadcasting.configure(prepared.settings);
    this.#expect(prepared.settings);
    await this.#handlers.configure(prepared);
    await this.#serving.configure(prepared.settings);
    for (const sentence of deafness(prepared.settings, await listening, await broadcasting)) this.#log.error(sentence);
  }

  /** Closes the sources, lets running handlers finish within `shutdown`, and lets go of the journal. */
  async stop(): Promise<void> {
    this.#lag.stop();
    await this.#handlers.stop();
    await this.#serving.stop();
    await this.#intake.stop();
    await this.#keeper.stop();
    await this.#broadcasting.stop();
    this.#pipeline.stop();
    this.#requests.stop();
    await this.#dispatcher.stop(this.#settings.shutdown);
    this.#launcher.close();
    this.#pluginJournal.close();
    this.#ledger.close();
    this.#lock.release();
  }

  #retain({ journal: { keep, maxSize }, broadcast }: Settings): void {
    this.#keeper.retain({ keep, maxSize, broadcasts: broadcast !== undefined });
  }

  #expect(settings: Settings): void {
    this.#expectations.configure(intakeSources(settings), settings, Date.now());
  }

  #begin(): void {
    for (const [handler, count] of this.#ledger.openHandlers()) {
      if (this.#settings.handlers[handler] !== undefined) continue;
      this.#log.warn(
        `${count} deliveries wait for the handler ${handler}, which the configuration does not have any more`,
        { handler },
      );
    }
    this.wake();
  }

  #servicesOf(handler: PreparedHandler, sites: Settings['sites']): Services {
    return pluginServices(handler, sites, this.#launcher, this.#pluginJournal, (stored) => this.#decode(stored));
  }

  /** What the parts are doing, for whoever looks. */
  async #snapshot(): Promise<Snapshot> {
    const [intake, keeper, broadcast] = await Promise.all([
      ...([this.#intake.report(), this.#keeper.report(), this.#broadcasting.report()] as const),
    ]);
    return {
      ...{ identity: this.#settings.identity, startedAt: this.#startedAt },
      handlers: this.#handlers.snapshots,
      sources: intake.sources.map((source) => this.#sourceSnapshot(source)),
      broadcast: broadcast?.status,
      journalProblem: intake.journalProblem ?? keeper.problem,
      decisionProblem: this.#pipeline.problem,
      histograms: {
        ack: intake.ack,
        start: this.#dispatcher.startHistograms(),
        lag: {
          main: this.#lag.snapshot,
          intake: intake.lag,
          keeper: keeper.lag,
          ...(broadcast && { broadcast: broadcast.lag }),
        },
      },
    };
  }

  #load(seq: number) {
    const stored = this.#ledger.alert(seq);
    const alert = stored === undefined ? undefined : this.#decode(stored);
    return stored === undefined || alert === undefined ? undefined : { seq, alert, packet: stored.packet };
  }

  /** Undefined where it cannot be read. */
  #decode(stored: StoredAlert): Alert | undefined {
    try {
      return this.#pipeline.decode(stored);
    } catch {
      return undefined;
    }
  }

  #sourceSnapshot(source: SourceReport): SourceSnapshot {
    const { name, totals } = source;
    const duplicates = this.#keeper.duplicatesOf(name);
    return { ...source, totals: { ...totals, duplicates }, expectation: this.#expectations.of(name) };
  }
}

/** @returns the sources that cannot listen */
function configureIntake(intake: Intake, settings: Settings): Promise<readonly SourceProblem[]> {
  const sources = intakeSources(settings);
  const receives = sources.some(({ type }) => type === 'receiver');
  return intake.configure(sources, receives ? inspectProgram() : undefined);
}

/** Whom we cannot hear, a sentence each. */
function deafness(settings: Settings, sources: readonly SourceProblem[], broadcast: string | undefined): string[] {
  const sentence = (what: string, listen: string, reason: string): string =>
    `Cannot listen on ${listen} for ${what}: ${reason}. Stop what listens there, or write another ${what}.listen.`;
  const deaf = sources.map(({ name, problem }) => {
    const source = settings.sources[name];
    return sentence(`sources.${name}`, source?.type === 'receiver' ? source.listen.text : '', problem);
  });
  if (broadcast !== undefined) deaf.push(sentence('broadcast', settings.broadcast?.listen.text ?? '', broadcast));
  return deaf;
}

function describeSource(report: SourceReport): string {
  const now = Date.now();
  return report.type === 'vtp' ? describeStatus(report.status, now) : describeReceiver(report.status, now);
}

const WARM_UP_ALERTS = 200;

/**
 * Decodes samples for some tenths of a second, one in a turn. The first real alert may come after days of silence, and
 * V8 runs code that has hardly ever run several times slower.
 */
async function warmUp(decoder: Decoder): Promise<void> {
  for (let index = 0; index < WARM_UP_ALERTS; index++) {
    const now = new Date();
    const reception = { source: 'warm-up', receivedAt: now.toISOString() };
    decoder.read(samplePacket(index, 'warm-up', now), reception, { validate: true });
    await setImmediate();
  }
}

interface Parts {
  readonly lock: { release(): void };
  readonly ledger: Ledger;
  readonly intake: Intake;
  readonly keeper: Keeper;
}
