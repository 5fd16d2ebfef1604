import { Counter, Gauge, type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client';
import type { HistogramCounts } from '../common/histogram.ts';
import type { Status } from './model.ts';
import type { Snapshot } from './snapshot.ts';

/** What the metrics are made of. */
export interface Measured {
  readonly status: Status;
  readonly snapshot: Snapshot;
  /** Who listens to the stream of events now. */
  readonly listeners: number;
  /** Of the whole process. */
  readonly residentBytes: number;
  readonly cpuSeconds: number;
}

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number | undefined];

/** One metric: what it is called, what it means, and where it comes from. */
export type Metric = { readonly name: string; readonly help: string; readonly labels: readonly string[] } & (
  | { readonly type: 'gauge' | 'counter'; readonly samples: (measured: Measured) => readonly Sample[] }
  | {
      readonly type: 'histogram';
      readonly counts: (measured: Measured) => readonly (readonly [Labels, HistogramCounts])[];
    }
);

const STATES = ['connected', 'connecting', 'waiting', 'listening', 'failed', 'idle', 'stopped'];

type Source = Status['sources'][number];
const ofSources =
  (value: (source: Source, measured: Measured) => number | undefined) =>
  (measured: Measured): Sample[] =>
    measured.status.sources.map((source) => [{ source: source.name }, value(source, measured)]);
const ofHandlers =
  (values: (handler: Status['handlers'][number]) => readonly Sample[]) =>
  ({ status }: Measured): Sample[] =>
    status.handlers.flatMap((handler) =>
      values(handler).map(([labels, value]): Sample => [{ handler: handler.name, ...labels }, value]),
    );
const one =
  (value: (measured: Measured) => number | undefined) =>
  (measured: Measured): Sample[] => [[{}, value(measured)]];

const age = (time: string | undefined, { status }: Measured): number | undefined =>
  time === undefined ? undefined : Math.max(0, (Date.parse(status.now) - Date.parse(time)) / 1_000);

/** Every metric there is, in the order in which they are given. */
export const METRICS: readonly Metric[] = [
  {
    ...{ name: 'voeventd_info', type: 'gauge', labels: ['version'] },
    help: 'Version of voeventd; always 1.',
    samples: ({ status }) => [[{ version: status.version }, 1]],
  },
  {
    ...{ name: 'voeventd_level', type: 'gauge', labels: [] },
    help: 'How things stand: 0 all is well, 1 somebody should look, 2 red.',
    samples: one(({ status }) => ['ok', 'warning', 'red'].indexOf(status.level)),
  },
  {
    ...{ name: 'voeventd_start_time_seconds', type: 'gauge', labels: [] },
    help: 'When the daemon started, seconds since 1970.',
    samples: one(({ status }) => Date.parse(status.startedAt) / 1_000),
  },
  {
    ...{ name: 'voeventd_source_up', type: 'gauge', labels: ['source'] },
    help: 'Whether the source is connected or listens: 1 or 0.',
    samples: ofSources(({ state }) => Number(['connected', 'listening'].includes(state))),
  },
  {
    ...{ name: 'voeventd_source_level', type: 'gauge', labels: ['source'] },
    help: 'How the source stands: 0 well, 2 red: silent for too long, or deaf.',
    samples: ofSources(({ level }) => ['ok', 'warning', 'red'].indexOf(level)),
  },
  {
    ...{ name: 'voeventd_source_state', type: 'gauge', labels: ['source', 'state'] },
    help: 'The state the source is in is 1, the others are 0.',
    samples: ({ status }) =>
      status.sources.flatMap(({ name, state }) =>
        STATES.map((one): Sample => [{ source: name, state: one }, Number(one === state)]),
      ),
  },
  {
    ...{ name: 'voeventd_source_last_message_age_seconds', type: 'gauge', labels: ['source'] },
    help: 'Seconds since the last message, an iamalive included; absent until there was one.',
    samples: ofSources((source, measured) => age(source.lastMessageAt, measured)),
  },
  {
    ...{ name: 'voeventd_source_last_alert_age_seconds', type: 'gauge', labels: ['source'] },
    help: 'Seconds since the last alert; absent until there was one.',
    samples: ofSources((source, measured) => age(source.lastAlertAt, measured)),
  },
  {
    ...{ name: 'voeventd_source_reconnects_total', type: 'counter', labels: ['source'] },
    help: 'Connections to a broker after the first one.',
    samples: ofSources(({ reconnects }) => reconnects),
  },
  {
    ...{ name: 'voeventd_received_total', type: 'counter', labels: ['source'] },
    help: 'Documents received, those that the journal had already included.',
    samples: ofSources(({ received }) => received),
  },
  {
    ...{ name: 'voeventd_duplicates_total', type: 'counter', labels: ['source'] },
    help: 'Documents received that the journal had already.',
    samples: ofSources(({ duplicates }) => duplicates),
  },
  {
    ...{ name: 'voeventd_received_bytes_total', type: 'counter', labels: ['source'] },
    help: 'Bytes of the documents received.',
    samples: ofSources(({ bytes }) => bytes),
  },
  {
    ...{ name: 'voeventd_acks_total', type: 'counter', labels: ['source'] },
    help: 'Acknowledgements sent, each after its document was on disk.',
    samples: ofSources(({ acks }) => acks),
  },
  {
    ...{ name: 'voeventd_refused_total', type: 'counter', labels: ['source'] },
    help: 'Events of authors that were refused.',
    samples: ofSources(({ refused }) => refused),
  },
  {
    ...{ name: 'voeventd_ack_seconds', type: 'histogram', labels: [] },
    help: 'Seconds from the last byte of a document to its acknowledgement.',
    counts: ({ snapshot }) => [[{}, snapshot.histograms.ack]],
  },
  {
    ...{ name: 'voeventd_handler_start_seconds', type: 'histogram', labels: ['handler'] },
    help: 'Seconds from the last byte of a document to the start of the first attempt of a handler.',
    counts: ({ snapshot }) =>
      Object.entries(snapshot.histograms.start).map(([handler, counts]) => [{ handler }, counts]),
  },
  {
    ...{ name: 'voeventd_handler_up', type: 'gauge', labels: ['handler'] },
    help: 'Whether the handler can run: 1, or 0, also while its circuit breaker is open.',
    samples: ofHandlers(({ state }) => [[{}, Number(state === 'running')]]),
  },
  {
    ...{ name: 'voeventd_deliveries_total', type: 'counter', labels: ['handler', 'outcome'] },
    help: 'How deliveries ended, ever, by the journal: done, dead, skipped; and attempts that failed and were tried again: retried.',
    samples: ofHandlers(({ done, dead, skipped, retried }) => [
      [{ outcome: 'done' }, done],
      [{ outcome: 'dead' }, dead],
      [{ outcome: 'skipped' }, skipped],
      [{ outcome: 'retried' }, retried],
    ]),
  },
  {
    ...{ name: 'voeventd_queued_deliveries', type: 'gauge', labels: ['handler', 'state'] },
    help: 'Deliveries that have not ended: pending, running, or retrying.',
    samples: ofHandlers(({ pending, running, retrying }) => [
      [{ state: 'pending' }, pending],
      [{ state: 'running' }, running],
      [{ state: 'retrying' }, retrying],
    ]),
  },
  {
    ...{ name: 'voeventd_subscribers', type: 'gauge', labels: [] },
    help: 'Subscribers connected to the broadcast; absent when there is none.',
    samples: one(({ status }) => status.broadcast?.subscribers.length),
  },
  {
    ...{ name: 'voeventd_subscribers_behind', type: 'gauge', labels: [] },
    help: 'Subscribers that get their alerts from the journal, later than others.',
    samples: one(({ status }) => status.broadcast?.subscribers.filter(({ isBehind }) => isBehind).length),
  },
  {
    ...{ name: 'voeventd_receipts_owed', type: 'gauge', labels: [] },
    help: 'Receipts that subscribers owe.',
    samples: one(({ status }) => status.broadcast?.subscribers.reduce((sum, { owed }) => sum + owed, 0)),
  },
  {
    ...{ name: 'voeventd_journal_writable', type: 'gauge', labels: [] },
    help: 'Whether the journal can be written: 1 or 0. At 0 nothing is acknowledged.',
    samples: one(({ status }) => Number(status.journal.problem === undefined)),
  },
  {
    ...{ name: 'voeventd_journal_bytes', type: 'gauge', labels: [] },
    help: 'Size of the journal, the log beside it included.',
    samples: one(({ status }) => status.journal.bytes),
  },
  {
    ...{ name: 'voeventd_journal_alerts', type: 'gauge', labels: [] },
    help: 'Documents in the journal.',
    samples: one(({ status }) => status.journal.alerts),
  },
  {
    ...{ name: 'voeventd_journal_undecided_alerts', type: 'gauge', labels: [] },
    help: 'Documents in the journal that no handler has been asked about yet.',
    samples: one(({ status }) => status.journal.undecided),
  },
  {
    ...{ name: 'voeventd_journal_quarantined_alerts', type: 'gauge', labels: [] },
    help: 'Documents in the journal that cannot be read.',
    samples: one(({ status }) => status.journal.quarantined),
  },
  {
    ...{ name: 'voeventd_event_loop_lag_seconds', type: 'histogram', labels: ['thread'] },
    help: 'How late a timer of the thread went off, looked at ten times a second.',
    counts: ({ snapshot }) => Object.entries(snapshot.histograms.lag).map(([thread, counts]) => [{ thread }, counts]),
  },
  {
    ...{ name: 'voeventd_web_listeners', type: 'gauge', labels: [] },
    help: 'Open pages and programs that listen to the stream of events.',
    samples: one(({ listeners }) => listeners),
  },
  {
    ...{ name: 'voeventd_resident_memory_bytes', type: 'gauge', labels: [] },
    help: 'Resident memory of the daemon, without its plugins’ processes.',
    samples: one(({ residentBytes }) => residentBytes),
  },
  {
    ...{ name: 'voeventd_cpu_seconds_total', type: 'counter', labels: [] },
    help: 'Processor time of the daemon, without its plugins’ processes.',
    samples: one(({ cpuSeconds }) => cpuSeconds),
  },
];

/** The metrics in the text format of Prometheus. */
export async function renderMetrics(measured: Measured): Promise<string> {
  const registry = new Registry();
  for (const metric of METRICS) register(metric, measured, registry);
  return await registry.metrics();
}

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

function register(metric: Metric, measured: Measured, registry: Registry): void {
  const { name, help, labels } = metric;
  if (metric.type === 'histogram') {
    registry.registerMetric(new Counted(metric, metric.counts(measured)) as never);
    return;
  }
  const samples = known(metric.samples(measured));
  // One without labels would be 0 where nothing is known.
  if (labels.length === 0 && samples.length === 0) return;
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  if (metric.type === 'gauge') {
    const gauge = new Gauge(options);
    for (const [given, value] of samples) gauge.set(given, value);
  } else {
    const counter = new Counter(options);
    for (const [given, value] of samples) counter.inc(given, value);
  }
}

function known(samples: readonly Sample[]): [Labels, number][] {
  return samples.filter((sample): sample is [Labels, number] => sample[1] !== undefined);
}

/** A histogram that was counted elsewhere, in another thread: the library has none of that kind. */
class Counted {
  readonly name: string;
  readonly #metric: Metric;
  readonly #counts: readonly (readonly [Labels, HistogramCounts])[];

  constructor(metric: Metric, counts: readonly (readonly [Labels, HistogramCounts])[]) {
    this.name = metric.name;
    this.#metric = metric;
    this.#counts = counts;
  }

  async get(): Promise<MetricObjectWithValues<MetricValue<string>>> {
    const { name, help } = this.#metric;
    const values = this.#counts.flatMap(([labels, { bounds, counts, sum }]) => {
      let total = 0;
      const buckets = [...bounds, '+Inf'].map((bound, index) => {
        total += counts[index] ?? 0;
        return { value: total, labels: { ...labels, le: bound }, metricName: `${name}_bucket` };
      });
      return [
        ...buckets,
        { value: sum, labels, metricName: `${name}_sum` },
        { value: total, labels, metricName: `${name}_count` },
      ];
    });
    return { name, help, type: 'histogram', values, aggregator: 'sum' } as never;
  }
}
