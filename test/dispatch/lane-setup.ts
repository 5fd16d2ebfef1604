import type { TestContext } from 'node:test';
import { Histogram } from '../../src/common/histogram.ts';
import type { DeliveryJournal } from '../../src/dispatch/deliveries.ts';
import { Lane } from '../../src/dispatch/lane.ts';
import type { LaneSettings } from '../../src/dispatch/lane-settings.ts';
import { laneSettings, type RecordedLog, recordedLog, ScriptedRunner, settle, TestJournal } from './scripted.ts';

export const START = Date.parse('2026-11-22T10:00:00Z');

/** Time stands still but for what the test lets pass. */
export function holdTime(test: TestContext): void {
  test.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: START });
}

export async function pass(test: TestContext, durationMs: number): Promise<void> {
  await settle();
  test.mock.timers.tick(durationMs);
  await settle();
}

export interface Setup {
  readonly journal: TestJournal;
  readonly runner: ScriptedRunner;
  readonly lane: Lane;
  readonly log: RecordedLog;
  readonly starts: Histogram;
}

/** A lane with a journal of its own, not started. */
export function setUp(
  test: TestContext,
  options: {
    runner?: ScriptedRunner;
    settings?: Partial<LaneSettings>;
    port?: (journal: TestJournal) => DeliveryJournal;
  } = {},
): Setup {
  const journal = new TestJournal(test);
  const runner = options.runner ?? new ScriptedRunner();
  const log = recordedLog();
  const starts = new Histogram();
  const port = options.port?.(journal) ?? journal.port();
  const lane = new Lane(laneSettings(options.settings), runner, port, log, starts);
  return { journal, runner, lane, log, starts };
}

/** Records so many deliveries and offers them, as the pipeline does. */
export async function offer({ journal, lane }: Setup, count: number): Promise<void> {
  for (const delivery of journal.deliveries(count)) lane.offer(delivery);
  await settle();
}

/** Another lane on the same journal, as after a restart. */
export function restarted(
  { journal }: Setup,
  runner: ScriptedRunner,
  settings: Partial<LaneSettings>,
): { lane: Lane; log: RecordedLog } {
  const log = recordedLog();
  return { lane: new Lane(laneSettings(settings), runner, journal.port(), log, new Histogram()), log };
}
