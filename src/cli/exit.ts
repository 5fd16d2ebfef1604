/** Ends the process at once; only `main.ts` has the means. */
export type Exit = (code: number) => never;

/**
 * Exit codes: what a script that runs voeventd can tell apart. Of `send` alone: `refused` by the broker, for good, as a
 * wrong command is; `unanswered`, so that trying again may help.
 */
export const EXIT = { ok: 0, failed: 1, usage: 2, refused: 2, unanswered: 3, fault: 70 } as const;
