import { degrees, hours } from './sexagesimal.ts';

/** `83.63310 +22.01450`, degrees in. */
export function decimalPosition(ra: number, dec: number): string {
  return `${ra.toFixed(5)} ${dec < 0 ? '' : '+'}${dec.toFixed(5)}`;
}

/** `05:34:31.94 +22:00:52.2`, degrees in. */
export function sexagesimalPosition(ra: number, dec: number): string {
  return `${hours(ra)} ${degrees(dec)}`;
}

/** Three digits are enough to see whether a telescope's field holds it. */
export function radius(errorRadius: number): string {
  return String(Number(errorRadius.toPrecision(3)));
}

/** The coordinate system where it must be named, because it is not the one that everybody expects. */
export function unusualSystem(system: string | undefined): string | undefined {
  return system === undefined || /FK5|ICRS/i.test(system) ? undefined : system;
}
