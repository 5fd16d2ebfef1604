import { DEGREE, type Vector } from './angles.ts';
import { TURN_PER_MINUTE, type Vantage } from './vantage.ts';

/**
 * When, within the next minutes, the target stands at an azimuth.
 *
 * The vertical plane through it cuts the target's daily circle where P cos θ + Q sin θ = R, θ being the sidereal time: twice a
 * turn, or never. Of these, some are on the other side of the zenith.
 */
export function azimuthCrossings(vantage: Vantage, [x, y, z]: Vector, azimuth: number, minutes: number): number[] {
  const latitude = vantage.site.latitude * DEGREE;
  const [sin, cos] = [Math.sin(azimuth * DEGREE), Math.cos(azimuth * DEGREE)];
  const p = Math.sin(latitude) * sin * x + cos * y;
  const q = Math.sin(latitude) * sin * y - cos * x;
  const share = (Math.cos(latitude) * sin * z) / Math.hypot(p, q);
  if (!(Math.abs(share) <= 1)) return [];
  const middle = Math.atan2(q, p);
  const half = Math.acos(share);
  return [middle - half, middle + half].flatMap((turn) => {
    const first = (((turn / DEGREE - vantage.siderealTime()) % 360) + 360) % 360;
    const times: number[] = [];
    const [north, east] = vantage.horizontal([x, y, z], first / TURN_PER_MINUTE);
    if (north * cos + east * sin < 0) return times;
    for (let at = first / TURN_PER_MINUTE; at <= minutes; at += 360 / TURN_PER_MINUTE) times.push(at);
    return times;
  });
}
