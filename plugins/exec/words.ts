import { stripVTControlCharacters } from 'node:util';

const SYSTEM_WORDS: Record<string, string> = {
  E2BIG: 'its arguments and environment are too long for this system',
  EACCES: 'permission denied',
  EAGAIN: 'this host cannot start another process now',
  EDQUOT: "the user's disk quota is used up",
  EMFILE: 'too many open files',
  ENFILE: 'too many open files on this host',
  ENOENT: 'no such file or directory',
  ENOEXEC: 'it is no program this host can run',
  ENOMEM: 'this host has no memory left',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is not a directory',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
};

/** The system's error code of what was thrown, or an empty string. */
export function codeOf(thrown: unknown): string {
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** What went wrong, in words where the system has a code for it. */
export function explain(thrown: unknown): string {
  const code = codeOf(thrown);
  const words = SYSTEM_WORDS[code];
  if (words !== undefined) return `${words} (${code})`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The time since `startedAt` (of `performance.now`), as `40ms` or `1.2s`. */
export function elapsed(startedAt: number): string {
  const elapsedMs = performance.now() - startedAt;
  return elapsedMs < 1_000 ? `${Math.round(elapsedMs)}ms` : `${(elapsedMs / 1_000).toFixed(1)}s`;
}

/** Text a terminal can show: no escape sequences, no control characters, nothing that turns the writing direction. */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll('\t', ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '');
}
