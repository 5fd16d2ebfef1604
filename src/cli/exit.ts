/** Ends the process at once; only `main.ts` has the means. */
export type Exit = (code: number) => never;

/** Exit codes: what a script that runs voeventd can tell apart. */
export const EXIT = { ok: 0, failed: 1, usage: 2, fault: 70 } as const;
