import type { SourceMap } from 'node:module';

/** Finds the source map of a bundled file by its name, if it has one. */
type FindMap = (file: string) => SourceMap | undefined;

/**
 * Makes stack traces of bundled code name the original files. Node's own support (`process.setSourceMapsEnabled`)
 * decodes every map when its module loads; here a map is decoded when somebody reads the first stack that needs it.
 */
export function mapStacks(base: string, findMap: FindMap): void {
  const plain = Error.prepareStackTrace;
  if (plain === undefined) return;
  Error.prepareStackTrace = (error, trace) => withOriginalPositions(String(plain(error, trace)), base, findMap);
}

function withOriginalPositions(stack: string, base: string, findMap: FindMap): string {
  if (!stack.includes(base)) return stack;
  const [start = '', ...rest] = stack.split(base);
  return start + rest.map((text) => originalPosition(text, findMap) ?? base + text).join('');
}

/** `text` starts with `file:line:column` of a bundled file. */
function originalPosition(text: string, findMap: FindMap): string | undefined {
  const found = /^([^:\s]+):(\d+):(\d+)/.exec(text);
  if (found === null) return undefined;
  const [position, file = '', line, column] = found;
  const entry = findMap(file)?.findEntry(Number(line) - 1, Number(column) - 1);
  if (entry === undefined || !('originalSource' in entry)) return undefined;
  const original = `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  return original + text.slice(position.length);
}
