import { h, type JSX } from 'preact';
import { shown } from './text.ts';

/** @param sentence what is the matter and what to do */
export function errorPage(code: number, heading: string, sentence: string): JSX.Element {
  return h('div', { class: 'error' }, [
    h('p', { class: 'code' }, String(code)),
    h('h1', null, shown(heading)),
    h('p', null, shown(sentence, 2_000)),
    h('p', null, h('a', { href: '/' }, 'To the status page')),
  ]);
}
