import type { NotStarted, Program, ProgramEnding, StreamName } from './program.ts';

/** What the daemon says to the launcher. */
export type ToLauncher =
  | { readonly type: 'run'; readonly run: number; readonly program: Program }
  | { readonly type: 'abort'; readonly run: number };

/** What the launcher says to the daemon. */
export type FromLauncher =
  | { readonly type: 'lines'; readonly run: number; readonly stream: StreamName; readonly lines: readonly string[] }
  | { readonly type: 'trouble'; readonly run: number; readonly what: string }
  | { readonly type: 'ended'; readonly run: number; readonly ending: ProgramEnding }
  | {
      readonly type: 'not-started';
      readonly run: number;
      readonly stage: NotStarted['stage'];
      readonly message: string;
      readonly code: string | undefined;
    };
