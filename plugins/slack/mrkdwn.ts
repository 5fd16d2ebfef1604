import { paragraph } from '../shared/text.ts';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * Text of strangers for Slack's mrkdwn: the three characters by which it tells mentions and links are escaped, as its
 * manual says, so that `<!channel>` calls nobody. What is longer than `most` when escaped ends in `…`.
 */
export function escaped(text: string, most: number): string {
  return shortened(paragraph(text, most).replace(/[&<>]/g, escapeOf), most);
}

/** mrkdwn of at most so many characters, without half an entity at its end. */
export function shortened(mrkdwn: string, most: number): string {
  if (mrkdwn.length <= most) return mrkdwn;
  return `${mrkdwn
    .slice(0, most - 1)
    .replace(/&[a-z]*$/, '')
    .replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Fixed-width, which nothing in the text ends. */
export function code(text: string, most: number): string {
  return `\`${escaped(text.replaceAll('`', "'"), most - 2)}\``;
}

/** A link; the address is well-formed, as `linksOf` gives it. */
export function link(url: string, name: string): string {
  return `<${url.replaceAll('&', '&amp;')}|${escaped(name, 100)}>`;
}

/** Text of strangers where there is no mrkdwn, and no escaping either: signs that look alike. */
export function plain(text: string): string {
  return text.replace(/[&<>]/g, (character) => ({ '&': '＆', '<': '‹', '>': '›' })[character] ?? '');
}

function escapeOf(character: string): string {
  return ENTITIES[character] ?? '';
}
