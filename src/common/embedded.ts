/** What the executable carries beside the program; see build/boot.ts. */
export interface Embedded {
  /** The intake thread, as one CommonJS text. */
  readonly intakeWorker: string;
  /** The XML Schemas of `src/alert/validate/schemas` by file name; unpacked at each call. */
  readonly schemas: () => Readonly<Record<string, string>>;
}

/** Undefined when running from the sources. */
export function embedded(): Embedded | undefined {
  return (globalThis as { [key: symbol]: unknown })[Symbol.for('voeventd.embedded')] as Embedded | undefined;
}
