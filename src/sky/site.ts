/** A pair of the horizon: azimuth from North through East, 0 ≤ azimuth < 360, and altitude. Degrees. */
export type HorizonPoint = readonly [azimuth: number, altitude: number];

/** Where a telescope stands, and what it can see from there. Degrees. */
export interface Site {
  readonly name: string;
  /** Geodetic, North positive, -90 to 90. */
  readonly latitude: number;
  /** East positive, -180 to 180. */
  readonly longitude: number;
  /** Metres above the sea. */
  readonly elevation: number;
  /** How high something must stand to be seen: everywhere the same, or by azimuth, in ascending order. */
  readonly horizon: number | readonly HorizonPoint[];
  /** It is night while the Sun is lower than this. @default -18 (astronomical twilight) */
  readonly twilight: number;
}

/** The altitude of the horizon in degrees: between two pairs on the straight line, also from the last to the first. */
export function horizonAt({ horizon }: Pick<Site, 'horizon'>, azimuth: number): number {
  if (typeof horizon === 'number') return horizon;
  const first = horizon[0];
  const last = horizon.at(-1);
  if (first === undefined || last === undefined) return 0;
  const wanted = ((azimuth % 360) + 360) % 360;
  const index = firstFrom(horizon, wanted);
  const left = horizon[index - 1] ?? ([last[0] - 360, last[1]] as const);
  const right = horizon[index] ?? ([first[0] + 360, first[1]] as const);
  return right[0] === left[0] ? right[1] : left[1] + ((right[1] - left[1]) * (wanted - left[0])) / (right[0] - left[0]);
}

/** The index of the first pair at this azimuth or beyond; one too many when there is none. */
function firstFrom(horizon: readonly HorizonPoint[], azimuth: number): number {
  let [low, high] = [0, horizon.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((horizon[middle]?.[0] ?? 360) < azimuth) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The lowest and the highest altitude of the horizon, degrees. */
export function horizonRange({ horizon }: Pick<Site, 'horizon'>): readonly [lowest: number, highest: number] {
  if (typeof horizon === 'number') return [horizon, horizon];
  if (horizon.length === 0) return [0, 0];
  const altitudes = horizon.map(([, altitude]) => altitude);
  return [Math.min(...altitudes), Math.max(...altitudes)];
}
