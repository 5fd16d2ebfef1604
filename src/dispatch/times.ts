/** A journal that cannot be used is tried again so often. */
export const JOURNAL_RETRY_MS = 1_000;
/** A timer that is set for longer goes off at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;
