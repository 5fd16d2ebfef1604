import { stripVTControlCharacters } from 'node:util';

const SYSTEM_WORDS: Record<string, string> = {
  E2BIG: 'its arguments and environment are too long for this system',
  EACCES: 'permission denied',
  EAGAIN: 'this host cannot start another process now',
  EDQUOT: "the user's disk quota is used up",
  EEXIST: 'a file has its name',
  EIO: 'the disk reports an error',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the path is too long for this system',
  ENFILE: 'too many open files on this host',
  ENOENT: 'no such file or directory',
  ENOEXEC: 'it is no program this host can run',
  ENOMEM: 'this host has no memory left',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is not a directory',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ESTALE: 'the network file system lost the directory',
};

/** The system's, TLS library's or HTTP parser's code of what was thrown, or an empty string. */
export function codeOf(thrown: unknown): string {
  // With several addresses for a host name, the errors of all of them come in one; they mostly agree.
  const error = thrown instanceof AggregateError && thrown.errors.length > 0 ? thrown.errors[0] : thrown;
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** What went wrong, in words where the system has a code for it. */
export function explain(thrown: unknown): string {
  const code = codeOf(thrown);
  const words = SYSTEM_WORDS[code];
  if (words !== undefined) return `${words} (${code})`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The host aborts at the handler's timeout with a TimeoutError; why it aborts otherwise, it says itself. */
export function abortName(signal: AbortSignal): 'timeout' | 'interrupted' {
  return signal.reason?.name === 'TimeoutError' ? 'timeout' : 'interrupted';
}

/** The time since `startedAt` (of `performance.now`), as `40ms` or `1.2s`. */
export function elapsed(startedAt: number): string {
  const elapsedMs = performance.now() - startedAt;
  return elapsedMs < 1_000 ? `${Math.round(elapsedMs)}ms` : `${(elapsedMs / 1_000).toFixed(1)}s`;
}

/** Characters that end a line, steer a terminal or turn the writing direction. */
export const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Text a terminal can show: no escape sequences, no control characters, nothing that turns the writing direction. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll('\t', ' ').replace(UNPRINTABLE, '');
}
