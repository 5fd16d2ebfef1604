/** A stretch of time, in minutes from now. Its ends belong to it. */
export type Stretch = readonly [from: number, to: number];

/** Crossings are found to this many minutes. */
const PRECISION = 0.01;

/** How far a condition is from failing: it holds where this is not negative. */
export type Margin = (minutes: number) => number;

interface Sample {
  readonly at: number;
  readonly margin: number;
}

/**
 * The parts of a stretch in which the margin is not negative.
 *
 * @param panel how many minutes apart the margin is looked at, and once more between: it must be near a parabola for so long
 * @param kinks where it is not smooth, minutes in any order
 */
export function stretchesOf(
  margin: Margin,
  [from, to]: Stretch,
  panel: number,
  kinks: readonly number[] = [],
): Stretch[] {
  const found: Stretch[] = [];
  const sample = (at: number): Sample => ({ at, margin: margin(at) });
  let last = sample(from);
  let begun = last.margin >= 0 ? from : undefined;
  for (const end of panelEnds(from, to, panel, kinks)) {
    const middle = sample((last.at + end) / 2);
    for (const next of withTurn(margin, last, middle, sample(end))) {
      if (last.margin >= 0 !== next.margin >= 0) {
        const crossing = crossingOf(margin, last, next);
        if (begun !== undefined) found.push([begun, crossing]);
        begun = begun === undefined ? crossing : undefined;
      }
      last = next;
    }
  }
  if (begun !== undefined) found.push([begun, to]);
  return found;
}

/** Panels of equal length, from kink to kink. */
function panelEnds(from: number, to: number, panel: number, kinks: readonly number[]): number[] {
  const ends: number[] = [];
  let start = from;
  for (const end of [...kinks.filter((kink) => kink > from && kink < to).sort((a, b) => a - b), to]) {
    const count = Math.ceil((end - start) / panel);
    for (let index = 1; index < count; index += 1) ends.push(start + ((end - start) * index) / count);
    if (count > 0) ends.push(end);
    start = end;
  }
  return ends;
}

/** The middle and the end of a panel, and a peak or trough in it where the sign is another for a while. */
function withTurn(margin: Margin, start: Sample, middle: Sample, end: Sample): Sample[] {
  const holds = middle.margin >= 0;
  const bend = start.margin - 2 * middle.margin + end.margin;
  // A trough below zero, or a peak above it, can only hide where all three are on the other side.
  if (start.margin >= 0 !== holds || end.margin >= 0 !== holds || bend > 0 !== holds) return [middle, end];
  const offset = (start.margin - end.margin) / (2 * bend);
  if (!(Math.abs(offset) < 1)) return [middle, end];
  const at = middle.at + offset * (end.at - middle.at);
  const turn = { at, margin: margin(at) };
  if (turn.margin >= 0 === holds) return [middle, end];
  return at < middle.at ? [turn, middle, end] : [middle, turn, end];
}

/** Where the margin changes its sign between two samples: on the side where it is not negative. */
function crossingOf(margin: Margin, left: Sample, right: Sample): number {
  let [holding, failing] = left.margin >= 0 ? [left.at, right.at] : [right.at, left.at];
  while (Math.abs(holding - failing) > PRECISION) {
    const middle = (holding + failing) / 2;
    if (margin(middle) >= 0) holding = middle;
    else failing = middle;
  }
  return holding;
}
