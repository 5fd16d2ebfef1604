import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { afterConnection, FIRST_DIAL, type Redial, reconnectDelayMs } from '../../../src/vtp/subscriber/backoff.ts';

const POLICY = { initialMs: 1_000, maxMs: 60_000 };
/** The middle of the spread: no jitter. */
const MIDDLE = 0.5;

interface Ended {
  readonly proven: boolean;
  readonly lastedMs: number;
}
const REFUSED: Ended = { proven: false, lastedMs: 0 };
const WORKED: Ended = { proven: true, lastedMs: 3_600_000 };

/** The waits after each of these connections in turn, and which broker is next. */
function play(ended: readonly Ended[], brokers: number, random = MIDDLE): { delayMs: number; next: number }[] {
  let redial: Redial = FIRST_DIAL;
  return ended.map((one) => {
    const step = afterConnection(redial, one, POLICY, brokers, random);
    redial = step.redial;
    return { delayMs: step.delayMs, next: redial.next };
  });
}

describe('the wait between rounds', () => {
  it('doubles up to the maximum (VTP 2.0 §7.4)', () => {
    const waits = Array.from({ length: 8 }, (_, round) => reconnectDelayMs(POLICY, round, MIDDLE));
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('is spread by a fifth either way, and never above the maximum', () => {
    assert.equal(reconnectDelayMs(POLICY, 2, 0), 3_200);
    assert.equal(reconnectDelayMs(POLICY, 2, 1 - Number.EPSILON), 4_800);
    fc.assert(
      fc.property(fc.nat(5_000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (round, random) => {
        const delay = reconnectDelayMs(POLICY, round, random);
        const middle = reconnectDelayMs(POLICY, round, MIDDLE);
        assert.ok(delay <= POLICY.maxMs && delay >= 0.8 * middle - 1 && delay <= 1.2 * middle + 1, `${delay}`);
      }),
    );
  });
});

describe('after a connection', () => {
  it('the next broker of the list is tried at once, and the wait comes after a full round', () => {
    assert.deepEqual(play([REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED], 3), [
      { delayMs: 0, next: 1 },
      { delayMs: 0, next: 2 },
      { delayMs: 1_000, next: 0 },
      { delayMs: 0, next: 1 },
      { delayMs: 0, next: 2 },
      { delayMs: 2_000, next: 0 },
    ]);
  });

  it('that worked and lasted, the back-off starts from its beginning', () => {
    const delays = play([REFUSED, REFUSED, REFUSED, WORKED, REFUSED], 1).map(({ delayMs }) => delayMs);
    assert.deepEqual(delays, [1_000, 2_000, 4_000, 1_000, 2_000]);
  });

  it('that worked and lasted, the other broker is tried at once', () => {
    assert.deepEqual(play([REFUSED, WORKED, REFUSED], 2), [
      { delayMs: 0, next: 1 },
      { delayMs: 0, next: 0 },
      { delayMs: 1_000, next: 1 },
    ]);
  });

  it('that only opened, the back-off goes on: it has proved nothing', () => {
    const opened = { proven: false, lastedMs: 100_000 };
    const delays = play([opened, opened, opened], 1).map(({ delayMs }) => delayMs);
    assert.deepEqual(delays, [1_000, 2_000, 4_000]);
  });

  it('there are never more connections without a wait than brokers, whatever those do at once', () => {
    // A broker that accepts, perhaps says a word, and closes: Perl redials it 8 460 times a second (PEERS.md).
    const short = fc.record({ proven: fc.boolean(), lastedMs: fc.nat(9_999) });
    fc.assert(
      fc.property(fc.array(short, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (ended, brokers) => {
        let withoutWait = 0;
        for (const { delayMs } of play(ended, brokers, 0)) {
          withoutWait = delayMs === 0 ? withoutWait + 1 : 0;
          assert.ok(withoutWait < brokers);
          assert.ok(delayMs === 0 || delayMs >= 800);
        }
      }),
    );
  });

  it('every broker gets its turn, whatever happens', () => {
    const any = fc.record({ proven: fc.boolean(), lastedMs: fc.nat(100_000) });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (ended, brokers) => {
        const turns = play(ended, brokers);
        for (const [turn, { next }] of turns.entries()) assert.equal(next, (turn + 1) % brokers);
      }),
    );
  });
});
