const SYSTEM_WORDS: Record<string, string> = {
  EACCES: 'permission denied',
  EDQUOT: "the user's disk quota is used up",
  EEXIST: 'a file has its name',
  EIO: 'the disk reports an error',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the path is too long for this system',
  ENFILE: 'too many open files on this host',
  ENOENT: 'no such file or directory',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is not a directory',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ESTALE: 'the network file system lost the directory',
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
