/** A map whose keys have a value or are not there. */
export type Given<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** The same map without the keys whose value is undefined. */
export function withoutUndefined<T extends object>(map: T): Given<T> {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined)) as Given<T>;
}

/** Freezes the value, and all that is in it but bytes. Getters are left alone. */
export function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const { value: part } of Object.values(Object.getOwnPropertyDescriptors(value))) deepFrozen(part);
  return value;
}
