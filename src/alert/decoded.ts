import type { Alert } from './model.ts';

/** What a decoder makes of a document. */
export interface Decoded {
  readonly alert: Alert;
  /** Names by which the alert knows its event, strongest first, the alert's own before those it refers to; at least one. */
  readonly threadKeys: readonly string[];
}

/** IceCube sends its tests with the tense `current`, and only the topic (`gcn.notices.icecube.test.…`) says what they are. */
export function isTestStream(stream: string | undefined): boolean {
  return stream !== undefined && /(?:^|[^a-z])(?:test|playground)(?:[^a-z]|$)/i.test(stream);
}
