import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Positions } from '../../src/broadcast/positions.ts';
import { recordLog } from '../support/wait.ts';

const NOW = Date.now();
/** When all subscribers have had the time to come back. */
const LATER = NOW + 120_000;

function open(position: number | undefined) {
  const written: string[] = [];
  const journal = {
    fails: false,
    position: (since: number) => {
      written.push(`since ${NOW - since}`);
      return position;
    },
    setPosition: (seq: number) => {
      if (journal.fails) throw new Error('disk full');
      written.push(`position ${seq}`);
    },
    subscriber: (name: string) => (name === 'ivo://a/b 192.0.2.7' ? 40 : undefined),
    keepSubscribers: (positions: ReadonlyMap<string, number>) =>
      void written.push(...[...positions].map((one) => one.join(' '))),
  };
  const log = recordLog();
  return { positions: new Positions(journal, log, 100, NOW), written, journal, log };
}

it('for two minutes after a restart, subscribers begin where the last run ended', () => {
  const { positions, written } = open(90);
  assert.deepEqual(written, ['since 600000'], 'what is older than ten minutes stays');
  assert.deepEqual(
    [NOW, NOW + 119_999, NOW + 120_000].map((now) => positions.begin(100, now)),
    [90, 90, 100],
  );
  assert.equal(open(undefined).positions.begin(100, NOW), 100, 'a first run begins with what comes');
  assert.equal(open(120).positions.begin(100, NOW), 100);
});

it('what has changed is kept, once', () => {
  const { positions, written } = open(90);
  positions.configure(60_000);
  positions.save(90, LATER);
  positions.save(95, LATER);
  positions.remember('ivo://a/b', '192.0.2.7', 93);
  positions.save(95, LATER);
  positions.save(95, LATER);
  assert.deepEqual(written.slice(1), ['position 95', 'ivo://a/b 192.0.2.7 93']);
});

it('a full disk is a line in the log, and tried again', () => {
  const { positions, written, journal, log } = open(90);
  journal.fails = true;
  positions.save(95, LATER);
  assert.match(log.lines[0]?.message ?? '', /Cannot keep in the journal how far alerts have been broadcast: disk full/);
  journal.fails = false;
  positions.save(95, LATER);
  assert.deepEqual(written.slice(1), ['position 95']);
});

it('subscribers are remembered only when they may catch up', () => {
  const { positions } = open(90);
  assert.equal(positions.recall('ivo://a/b', '192.0.2.7'), undefined);
  positions.remember('ivo://c/d', '192.0.2.7', 93);
  positions.configure(60_000);
  assert.equal(positions.recall('ivo://a/b', '192.0.2.7'), 40);
  assert.equal(positions.recall('ivo://a/b', '192.0.2.8'), undefined, 'another address is another subscriber');
  assert.equal(positions.recall('ivo://c/d', '192.0.2.7'), undefined);
  positions.remember('ivo://a/b', '192.0.2.7', 93);
  assert.equal(positions.recall('ivo://a/b', '192.0.2.7'), 93);
});

it('until subscribers have had the time to come back, the place where the last run ended is kept', () => {
  const { positions, written } = open(90);
  positions.save(95, NOW + 119_999);
  assert.deepEqual(written.slice(1), []);
  const first = open(undefined);
  first.positions.save(107, NOW + 1_000);
  assert.deepEqual(first.written.slice(1), ['position 100'], 'a first run has begun with the journal’s head');
  first.positions.save(107, LATER);
  assert.equal(first.written.at(-1), 'position 107');
});
