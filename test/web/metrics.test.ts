import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Histogram } from '../../src/common/histogram.ts';
import { METRICS, renderMetrics } from '../../src/web/metrics.ts';
import { statusOf } from '../../src/web/status.ts';
import { broker, facts, NOW, snapshot } from './snapshot.ts';

async function render(made = snapshot(), journal = facts()): Promise<Map<string, number>> {
  const measured = {
    snapshot: made,
    status: statusOf(made, journal, NOW),
    listeners: 2,
    residentBytes: 1e8,
    cpuSeconds: 3,
  };
  const text = await renderMetrics(measured);
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

describe('the metrics', () => {
  it('have a name with its unit, a meaning and a type each', async () => {
    const made = snapshot({ broadcast: { state: 'listening', address: 'a:1', since: NOW, subscribers: [] } });
    const status = statusOf(made, facts(), NOW);
    const text = await renderMetrics({ snapshot: made, status, listeners: 0, residentBytes: 1, cpuSeconds: 1 });
    assert.ok(METRICS.length > 20);
    for (const { name, help, type } of METRICS) {
      assert.ok(text.includes(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`), name);
      assert.match(name, /^voeventd_[a-z_]+$/);
      assert.equal(name.endsWith('_total'), type === 'counter', name);
      assert.match(help, /^[A-Z].*\.$/);
    }
    assert.equal(new Set(METRICS.map(({ name }) => name)).size, METRICS.length);
  });

  it('tell of each source its state, counts and silence', async () => {
    const silent = broker({ state: 'waiting', until: NOW, reason: 'gone', lastMessageAt: NOW - 600_000 } as never, {
      name: 'far',
    });
    const samples = await render(snapshot({ sources: [broker(), silent] }));
    const of = (name: string, source: string) => samples.get(`voeventd_${name}{source="${source}"}`);
    assert.deepEqual([of('source_up', 'campus'), of('source_up', 'far')], [1, 0]);
    assert.deepEqual(
      [of('source_level', 'campus'), of('source_level', 'far'), samples.get('voeventd_level')],
      [0, 2, 2],
    );
    assert.deepEqual(
      [of('source_last_message_age_seconds', 'campus'), of('source_last_message_age_seconds', 'far')],
      [30, 600],
    );
    assert.deepEqual(
      [of('received_total', 'campus'), of('duplicates_total', 'campus'), of('received_bytes_total', 'campus')],
      [10, 1, 5_000],
    );
    assert.deepEqual([of('acks_total', 'campus'), of('source_reconnects_total', 'campus')], [10, 2]);
    assert.equal(samples.get('voeventd_source_state{source="far",state="waiting"}'), 1);
    assert.equal(samples.get('voeventd_source_state{source="far",state="connected"}'), 0);
  });

  it('tell of each handler what waits and how deliveries ended', async () => {
    const tally = {
      ...{ name: 'slew', done: 5, dead: 1, skipped: 2, retried: 3, lastEndedAt: NOW, lastState: 'done' },
      ...{ lastOutcome: '', lastErrorAt: undefined, lastError: undefined },
    };
    const samples = await render(
      snapshot(),
      facts({ handlers: [tally], open: [{ handler: 'slew', state: 'pending', count: 4 }] }),
    );
    assert.equal(samples.get('voeventd_deliveries_total{handler="slew",outcome="done"}'), 5);
    assert.equal(samples.get('voeventd_deliveries_total{handler="slew",outcome="dead"}'), 1);
    assert.equal(samples.get('voeventd_queued_deliveries{handler="slew",state="pending"}'), 4);
    assert.equal(samples.get('voeventd_handler_up{handler="slew"}'), 1);
  });

  it('have histograms that Prometheus can add up', async () => {
    const histogram = new Histogram();
    for (const seconds of [0.000_2, 0.002, 0.002, 99]) histogram.observe(seconds);
    const { snapshot: counts } = histogram;
    const samples = await render(
      snapshot({ histograms: { ack: counts, start: { slew: counts }, lag: { intake: counts } } }),
    );
    const bucket = (le: string) => samples.get(`voeventd_ack_seconds_bucket{le="${le}"}`);
    assert.deepEqual(
      [bucket('0.0001'), bucket('0.00025'), bucket('0.0025'), bucket('30'), bucket('+Inf')],
      [0, 1, 3, 3, 4],
    );
    assert.equal(samples.get('voeventd_ack_seconds_count'), 4);
    assert.ok(Math.abs((samples.get('voeventd_ack_seconds_sum') ?? 0) - 99.0042) < 1e-9);
    assert.equal(samples.get('voeventd_handler_start_seconds_count{handler="slew"}'), 4);
    assert.equal(
      samples.get('voeventd_event_loop_lag_seconds_bucket{thread="intake",le="+Inf"}') ??
        samples.get('voeventd_event_loop_lag_seconds_bucket{le="+Inf",thread="intake"}'),
      4,
    );
  });

  it('leave out what there is not, such as the age of a message that never came', async () => {
    const samples = await render(snapshot({ sources: [broker({ lastMessageAt: undefined })] }));
    assert.equal(samples.has('voeventd_source_last_message_age_seconds{source="campus"}'), false);
    assert.equal(samples.has('voeventd_subscribers'), false);
  });
});
