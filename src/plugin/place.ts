/** Where in the user's file it happened, from the stack's first line that names a file. */
export function placeOf(error: unknown): string {
  if (!(error instanceof Error) || error.stack === undefined) return '';
  const places = error.stack.matchAll(/(?:file:\/\/)?(\/[^\s():]+\.[cm]?[jt]s:\d+(?::\d+)?)/g);
  const place = places.map(([, one = '']) => one).find((one) => !one.startsWith('/voeventd-internal/'));
  return place === undefined ? '' : ` (${place})`;
}
