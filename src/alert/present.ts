type Missing<T> = { [Key in keyof T]: undefined extends T[Key] ? Key : never }[keyof T];
type Present<T> = Omit<T, Missing<T>> & { [Key in Missing<T>]?: Exclude<T[Key], undefined> };

/** The fields that have a value, in the order written: in the model, what an alert does not say is absent. */
export function present<T extends object>(fields: T): Present<T> {
  const present: Record<string, unknown> = {};
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined) present[key] = value;
  }
  return present as Present<T>;
}
