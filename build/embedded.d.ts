/** Made by `build/bundle.ts` while it bundles `build/boot.ts`; every text is packed (`build/packed.ts`). */
declare module 'virtual:embedded' {
  export const version: string;
  /** Self-contained CommonJS scripts of worker threads, by name. */
  export const workers: Record<string, string>;
  /** `build/boot-thread.ts` as a CommonJS script. */
  export const threadBoot: string;
  /** XML Schemas by file name. */
  export const schemas: Record<string, string>;
  /** What the browser is given, by file name. */
  export const assets: Record<string, string>;
  /** What plugins' editors are told (`src/plugin/types`). */
  export const types: string;
  /** ES modules by the specifier they are imported with: chunk file names of the application, and package names. */
  export const modules: Record<string, string>;
  /** Source maps by chunk file name. */
  export const sourceMaps: Record<string, string>;
}
