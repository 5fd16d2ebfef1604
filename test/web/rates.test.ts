import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Rates } from '../../src/web/rates.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 27, 12);

it('alerts of the last hour and day are counted, each once, also those that come while it is looked at', async () => {
  const arrivals: { seq: number; source: string; receivedAt: number }[] = [];
  const add = (source: string, receivedAt: number): number =>
    arrivals.push({ seq: arrivals.length + 1, source, receivedAt });
  const journal = {
    firstSince: (time: number) => arrivals.find(({ receivedAt }) => receivedAt >= time)?.seq,
    head: () => arrivals.length,
    arrivals: (seq: number, limit: number) => arrivals.filter((one) => one.seq > seq).slice(0, limit),
  };
  add('campus', NOW - 25 * HOUR);
  for (let index = 0; index < 12_000; index += 1) add('campus', NOW - 23 * HOUR);
  for (let index = 0; index < 30; index += 1) add('campus', NOW - HOUR / 2);
  add('other', NOW - 2 * HOUR);
  const rates = new Rates();
  await rates.follow(journal, NOW);
  assert.deepEqual(rates.of('campus', NOW), { lastHour: 30, lastDay: 12_030 });
  assert.deepEqual(rates.of('other', NOW), { lastHour: 0, lastDay: 1 });
  assert.deepEqual(rates.of('nobody', NOW), { lastHour: 0, lastDay: 0 });
  add('campus', NOW);
  await rates.follow(journal, NOW);
  await rates.follow(journal, NOW);
  assert.deepEqual(rates.of('campus', NOW), { lastHour: 31, lastDay: 12_031 });
  const later = NOW + 2 * HOUR;
  await rates.follow(journal, later);
  assert.deepEqual(rates.of('campus', later), { lastHour: 0, lastDay: 31 });
});

it('a journal in which nothing came for a day is not read from its beginning', async () => {
  const asked: number[] = [];
  const journal = {
    firstSince: () => undefined,
    head: () => 3_000_000,
    arrivals: (seq: number) => {
      asked.push(seq);
      return [];
    },
  };
  await new Rates().follow(journal, NOW);
  assert.deepEqual(asked, [3_000_000]);
});
