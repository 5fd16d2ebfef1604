import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { horizonAt, type Site } from '../../src/sky/site.ts';
import { LONGEST_HOURS, Sky } from '../../src/sky/sky.ts';
import { evenly, LA_PALMA, near, site } from './sites.ts';

const NOW = Date.UTC(2026, 10, 22, 21);
const CRAB = { ra: 83.6331, dec: 22.0145 };
const ALWAYS = 90;
const STEP_MS = 10_000;

const flat = () => fc.integer({ min: -10, max: 40 });
const azimuths = () => fc.uniqueArray(fc.integer({ min: 0, max: 359 }), { minLength: 2, maxLength: 12 });
const pairs = () =>
  azimuths().chain((list) =>
    fc
      .array(fc.integer({ min: -5, max: 60 }), { minLength: list.length, maxLength: list.length })
      .map((altitudes) =>
        list.sort((a, b) => a - b).map((azimuth, index) => [azimuth, altitudes[index] ?? 0] as const),
      ),
  );

const sites = () =>
  fc
    .record({
      latitude: fc.oneof(evenly(-90, 90), fc.constantFrom(-90, 0, 90)),
      longitude: evenly(-180, 180),
      horizon: fc.oneof(flat(), pairs()),
    })
    .map(({ latitude, longitude, horizon }) => site(latitude, longitude, { horizon }));

const questions = () =>
  fc.record({
    place: sites(),
    position: fc.record({
      ra: evenly(0, 359.9),
      dec: evenly(-90, 90),
    }),
    timeMs: fc.integer({ min: Date.UTC(2000) / 1_000, max: Date.UTC(2036) / 1_000 }).map((seconds) => seconds * 1_000),
    hours: evenly(0, 5),
    minAltitude: evenly(-20, 80),
    maxSunAltitude: fc.constantFrom<number>(-18, -12, -6, 0, ALWAYS),
  });

type Question = ReturnType<typeof questions> extends fc.Arbitrary<infer Shape> ? Shape : never;

const skyOf = ({ position, place, timeMs }: Question) => new Sky(position, place, timeMs);
const minutesOf = (question: Question) =>
  skyOf(question).visibleMinutes(question.hours, question.minAltitude, question.maxSunAltitude);

/** The same by looking each ten seconds at a sky of its own. */
function bySampling({ position, place, timeMs, hours, minAltitude, maxSunAltitude }: Question): number {
  let seen = 0;
  const steps = Math.floor((hours * 3_600_000) / STEP_MS);
  for (let step = 0; step < steps; step += 1) {
    const sky = new Sky(position, place, timeMs + (step + 0.5) * STEP_MS);
    if (sky.altitude >= minAltitude && sky.isUp && sky.sunAltitude <= maxSunAltitude) seen += 1;
  }
  return (seen * STEP_MS) / 60_000;
}

describe('visible minutes', () => {
  it('are those found by looking each ten seconds, to a minute', () => {
    fc.assert(
      fc.property(questions(), (question) => near(minutesOf(question), bySampling(question), 1)),
      { numRuns: 150 },
    );
  });

  it('are no more than the minutes there are, and fewer the harder the limits', () => {
    const harder = fc.record({
      higher: evenly(0, 20),
      darker: evenly(0, 20),
      shorter: evenly(0, 1),
    });
    fc.assert(
      fc.property(questions(), harder, (question, { higher, darker, shorter }) => {
        const most = minutesOf(question);
        assert.ok(most >= 0 && most <= question.hours * 60 + 1e-6);
        const { minAltitude, maxSunAltitude, hours } = question;
        const slack = most + 0.2;
        assert.ok(minutesOf({ ...question, minAltitude: minAltitude + higher }) <= slack);
        assert.ok(minutesOf({ ...question, maxSunAltitude: maxSunAltitude - darker }) <= slack);
        assert.ok(minutesOf({ ...question, hours: hours * shorter }) <= slack);
      }),
      { numRuns: 300 },
    );
  });

  it('of a day are the time above the horizon that the semi-diurnal arc gives', () => {
    const { latitude } = LA_PALMA;
    const radians = (degrees: number) => (degrees * Math.PI) / 180;
    const arc = Math.acos(-Math.tan(radians(latitude)) * Math.tan(radians(CRAB.dec + 0.02)));
    const sidereal = (arc / Math.PI) * 1_436.068;
    near(new Sky(CRAB, LA_PALMA, Date.UTC(2026, 10, 22, 15)).visibleMinutes(23, 0, ALWAYS), sidereal, 1);
  });

  it('count a gap in the horizon that is open for a few minutes only', () => {
    const wall = (open: number): Site['horizon'] => [
      ...([
        [99, 85],
        [99.9, 85],
        [100, open],
        [101, open],
        [101.1, 85],
      ] as const),
    ];
    const seen = (open: number) =>
      new Sky(CRAB, site(28.7606, -17.8792, { horizon: wall(open) }), NOW).visibleMinutes(6, 20, ALWAYS);
    const everyHour = seen(85);
    assert.ok(seen(0) > everyHour + 2 && seen(0) < everyHour + 20, `${seen(0)} and ${everyHour}`);
  });

  it('are none where the altitude or the darkness cannot be', () => {
    const sky = new Sky(CRAB, LA_PALMA, NOW);
    assert.equal(sky.visibleMinutes(8, 91, ALWAYS), 0);
    assert.equal(sky.visibleMinutes(8, 30, -91), 0);
    assert.equal(sky.visibleMinutes(0, 0, ALWAYS), 0);
    near(sky.visibleMinutes(1, -91, 91), 60, 1e-9);
  });

  it('are told for a week ahead at the most', () => {
    const sky = new Sky(CRAB, LA_PALMA, NOW);
    assert.ok(sky.visibleMinutes(LONGEST_HOURS, 30, -18) > 7 * 5 * 60);
    for (const hours of [LONGEST_HOURS + 1, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => sky.visibleMinutes(hours, 30, -18), { name: 'RangeError', message: /^Cannot look .* hours/ });
      assert.throws(() => sky.risesWithin(hours, 30), RangeError);
    }
  });
});

describe('rises within', () => {
  it('holds where looking each ten seconds finds a moment, and for no more than moments else', () => {
    fc.assert(
      fc.property(questions(), (question) => {
        const sampled = bySampling({ ...question, maxSunAltitude: ALWAYS });
        const rises = skyOf(question).risesWithin(question.hours, question.minAltitude);
        if (sampled > 0) assert.equal(rises, true);
        else if (rises) assert.ok(minutesOf({ ...question, maxSunAltitude: ALWAYS }) < 1);
      }),
      { numRuns: 150 },
    );
  });

  it('holds now for what is high enough now, and later for what rises', () => {
    const rising = new Sky(CRAB, LA_PALMA, Date.UTC(2026, 10, 22, 19));
    assert.ok(rising.altitude < 0);
    assert.equal(rising.risesWithin(0, 0), false);
    assert.equal(rising.risesWithin(6, 60), true);
    assert.equal(new Sky(CRAB, LA_PALMA, NOW + 4 * 3_600_000).risesWithin(0, 60), true);
  });

  it('holds for a culmination that is over in minutes', () => {
    const sky = new Sky(CRAB, LA_PALMA, NOW);
    assert.equal(sky.risesWithin(24, 83.271), true);
    assert.equal(sky.risesWithin(24, 83.273), false);
  });
});

describe('the horizon', () => {
  const ridge = {
    horizon: [
      [10, 5],
      [90, 25],
      [200, 15],
      [350, 25],
    ],
  } as const;

  it('runs straight from pair to pair, and from the last to the first', () => {
    for (const [azimuth, altitude] of [
      [10, 5],
      [50, 15],
      [90, 25],
      [145, 20],
      [350, 25],
      [0, 15],
      [360, 15],
    ] as const) {
      near(horizonAt(ridge, azimuth), altitude, 1e-9, `${azimuth}`);
    }
    near(horizonAt(ridge, -5), 20, 1e-9);
    assert.equal(horizonAt({ horizon: 12 }, 77), 12);
    assert.equal(horizonAt({ horizon: [] }, 77), 0);
    assert.equal(horizonAt({ horizon: [[40, 7]] }, 77), 7);
  });

  it('decides whether a position is up', () => {
    const up = (horizon: Site['horizon']) => new Sky(CRAB, { ...LA_PALMA, horizon }, NOW).isUp;
    const { altitude, azimuth } = new Sky(CRAB, LA_PALMA, NOW);
    assert.ok(altitude > 5 && azimuth > 60 && azimuth < 90);
    assert.deepEqual([up(altitude - 0.1), up(altitude + 0.1)], [true, false]);
    assert.deepEqual(
      [
        up([
          [40, 0],
          [100, 0],
          [200, 80],
        ]),
        up([
          [40, 60],
          [100, 60],
          [200, 0],
        ]),
      ],
      [true, false],
    );
  });
});
