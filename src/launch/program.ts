export interface ProgramFiles {
  readonly directory: string;
  readonly contents: Readonly<Record<string, string | Uint8Array>>;
}

/** A program to be run once. */
export interface Program {
  /** The program, and its arguments, which no shell reads. */
  readonly argv: readonly string[];
  /** Where it starts, and from where a relative path of it counts. */
  readonly directory: string;
  /** All of its environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What it can read from its stdin; it need not. */
  readonly input: Uint8Array;
  /** What is there while it runs, in a directory that is made for it and that only the daemon's user can read. */
  readonly files: ProgramFiles | undefined;
  /** How long it and its children may take to end after SIGTERM, which they get when it is aborted, before SIGKILL. */
  readonly killAfterMs: number;
  /** So many bytes of stdout, and of stderr, are given to `output`. */
  readonly outputLimit: number;
}

export type StreamName = 'stdout' | 'stderr';

/** Who wants to know what a program prints. */
export interface ProgramOutput {
  /** Whole lines; one longer than 4 kB comes in pieces. */
  lines(stream: StreamName, lines: readonly string[]): void;
  /** The packet could not be handed over, or what was left could not be removed: a clause. */
  trouble(what: string): void;
}

/** What one stream of a program has come to. */
export interface StreamEnd {
  /** Bytes beyond the limit. */
  readonly dropped: number;
  /** The last 4 kB of all. */
  readonly tail: string;
}

export type ProgramOutcome =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  /** It was aborted, and ended with its process group by this signal, the stronger one that was needed. */
  | { readonly kind: 'aborted'; readonly with: 'SIGTERM' | 'SIGKILL' };

export type ProgramEnding = ProgramOutcome & { readonly output: Readonly<Record<StreamName, StreamEnd>> };

/** It was not started. `code` is the system's. */
export class NotStarted extends Error {
  readonly stage: 'files' | 'start';
  readonly code: string | undefined;

  constructor(stage: NotStarted['stage'], message: string, code: string | undefined) {
    super(message);
    this.name = 'NotStarted';
    this.stage = stage;
    this.code = code;
  }
}

/** Whoever runs programs. */
export interface Programs {
  /** Makes ready for the first one. */
  start(): void;
  /**
   * Runs a program until it ends or `signal` aborts. What it leaves in the background goes on after an ordinary end, and is
   * ended with it after an abort.
   *
   * @throws NotStarted
   */
  run(program: Program, signal: AbortSignal, output: ProgramOutput): Promise<ProgramEnding>;
}
