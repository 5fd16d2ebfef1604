import type { Alert } from './model.ts';

/** What a decoder makes of a document. */
export interface Decoded {
  readonly alert: Alert;
  /** Names by which the alert knows its event, strongest first, the alert's own before those it refers to; at least one. */
  readonly threadKeys: readonly string[];
}
