import type { HandlerConfig } from './subject.ts';

/** The bench's own plugin, which says when it was called. */
export const STAMP: HandlerConfig = { name: 'user plugin, by its own clock', yaml: '{ plugin: stamp }' };

/** When it was called, nanoseconds of the monotonic clock; undefined when the text is not of that plugin. */
export function stampIn(text: string): number | undefined {
  const found = /started (\d+)/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}
