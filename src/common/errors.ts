/**
 * An error a user can act on: a sentence that says what could not be done, to what, and what to change.
 * `code` is stable and goes into logs; no stack trace is ever shown for it.
 */
export class UserError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'UserError';
    this.code = code;
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return String(thrown);
}

/** The system error code (`ENOENT`, `ECONNREFUSED`, …) of anything that was thrown, if it has one. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

const SYSTEM_WORDS: Record<string, string> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'the address is in use by another program',
  EADDRNOTAVAIL: 'this host does not have that address',
  ECONNREFUSED: 'connection refused: nothing listens there',
  ECONNRESET: 'the peer reset the connection',
  EHOSTUNREACH: 'no route to the host',
  EISDIR: 'it is a directory',
  EMFILE: 'too many open files',
  ENETUNREACH: 'the network is unreachable',
  ENOENT: 'no such file or directory',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is not a directory',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the name server does not answer',
  EPERM: 'not permitted',
  EPIPE: 'the other end closed',
  EROFS: 'the file system is read-only',
  ETIMEDOUT: 'timed out',
};

/** What went wrong, in words where the system has a code for it. */
export function explain(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return explain(thrown.errors[0]);
  const code = codeOf(thrown);
  const words = code === undefined ? undefined : SYSTEM_WORDS[code];
  return words === undefined ? messageOf(thrown) : `${words} (${code})`;
}
