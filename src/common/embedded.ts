/** What the executable carries beside the program; see build/boot.ts. */
export interface Embedded {
  /** The script of a worker thread, as one CommonJS text. */
  readonly worker: (name: 'intake' | 'keeper' | 'broadcast') => string;
  /** The XML Schemas of `src/alert/validate/schemas` by file name; unpacked at each call. */
  readonly schemas: () => Readonly<Record<string, string>>;
  /** What the browser is given, by file name (`src/web/assets.ts`); unpacked at each call. */
  readonly assets: () => Readonly<Record<string, string>>;
  /** The contract of plugins for editors (`src/plugin/types`); unpacked at each call. */
  readonly types: () => string;
  /** A thread that runs one of the executable's modules: its script, and what it must find as `workerData.embedded`. */
  readonly thread: (module: 'inspect' | 'web') => { readonly script: string; readonly data: unknown };
}

/** Undefined when running from the sources. */
export function embedded(): Embedded | undefined {
  return (globalThis as { [key: symbol]: unknown })[Symbol.for('voeventd.embedded')] as Embedded | undefined;
}
