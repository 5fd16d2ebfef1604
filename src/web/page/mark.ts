import { type ComponentChildren, h, type JSX } from 'preact';
import type { Delivery, Level, Verdict } from '../model.ts';

/** Shapes beside the words, so that nothing is said by colour alone. None of them has an emoji form. */
const LEVEL_SHAPES: Record<Level, string> = { ok: '✓', warning: '▲', red: '●' };

const DELIVERY_SHAPES: Record<Delivery['state'], string> = {
  pending: '○',
  running: '▸',
  retrying: '↻',
  done: '✓',
  dead: '✕',
  skipped: '–',
};

/** The title of the window, which is read in a row of others: the level comes first. */
export function levelTitle(level: Level): string {
  return level === 'ok' ? 'OK — voeventd' : `${LEVEL_SHAPES[level]} ${level.toUpperCase()} — voeventd`;
}

/** A word with the shape and the colour of its level. */
export function levelMark(level: Level, word: ComponentChildren): JSX.Element {
  return marked(level, LEVEL_SHAPES[level], word);
}

/** How a verdict or its delivery stands, in one word. */
export function verdictWord({ fired, delivery }: Verdict): string {
  return delivery?.state ?? (fired ? 'fired' : 'not fired');
}

/** The shape and the colour of a verdict, to stand beside its word. */
export function verdictMark(verdict: Verdict, word: ComponentChildren): JSX.Element {
  const state = verdict.delivery?.state;
  if (state === undefined) return marked(verdict.fired ? 'pending' : 'unfired', verdict.fired ? '▸' : '·', word);
  return marked(state, DELIVERY_SHAPES[state], word);
}

function marked(className: string, shape: string, word: ComponentChildren): JSX.Element {
  return h(
    'span',
    { class: `mark ${className}` },
    h('span', { class: 'shape', 'aria-hidden': 'true' }, shape),
    ' ',
    word,
  );
}

/** A small label in a frame: TEST, QUARANTINE. */
export function tag(kind: 'test' | 'quarantine' | 'plain', word: string): JSX.Element {
  return h('span', { class: `tag ${kind}` }, word);
}
