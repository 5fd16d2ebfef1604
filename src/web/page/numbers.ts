const BYTES = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `12,345` */
export function shownCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `12.3 MB` */
export function shownBytes(bytes: number): string {
  let rest = bytes;
  let unit = 0;
  while (rest >= 999.5 && unit < BYTES.length - 1) {
    rest /= 1_000;
    unit += 1;
  }
  const digits = unit > 0 && rest < 99.95 ? 1 : 0;
  return `${rest.toFixed(digits)} ${BYTES[unit]}`;
}

/** `1 alert`, `2 alerts` */
export function counted(count: number, word: string): string {
  return `${shownCount(count)} ${word}${count === 1 ? '' : 's'}`;
}
