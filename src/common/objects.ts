/** A map whose keys have a value or are not there. */
export type Given<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** The same map without the keys whose value is undefined. */
export function withoutUndefined<T extends object>(map: T): Given<T> {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined)) as Given<T>;
}
