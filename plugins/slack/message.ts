import type { Alert, Context } from '../../src/plugin/api.ts';
import { type Fact, factsOf, failuresOf, titleOf } from '../shared/alert-words.ts';
import { linksOf } from '../shared/links.ts';
import { oneLine } from '../shared/text.ts';
import { code, escaped, link, plain, shortened } from './mrkdwn.ts';
import type { Options } from './options.ts';

/** What Slack takes at most: characters of a header and of a section, fields of a section. */
const LONGEST_HEADER = 150;
const LONGEST_SECTION = 3_000;
const MOST_FIELDS = 10;

/** Of a value that is filled into a template. */
const LONGEST_VALUE = 300;
const LONGEST_DESCRIPTION = 800;

/** As Block Kit writes it, https://docs.slack.dev/reference/block-kit/blocks. */
export type Block =
  | { readonly type: 'header'; readonly text: { type: 'plain_text'; text: string; emoji: false } }
  | { readonly type: 'section'; readonly text: Mrkdwn }
  | { readonly type: 'section'; readonly fields: readonly Mrkdwn[] }
  | { readonly type: 'context'; readonly elements: readonly Mrkdwn[] };

/** With `verbatim`, addresses and channel names in it stay text. */
interface Mrkdwn {
  readonly type: 'mrkdwn';
  readonly text: string;
  readonly verbatim: true;
}

export interface SlackMessage {
  /** For notifications and screen readers. */
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

export function messageFor(alert: Alert, context: Context<Options>): SlackMessage {
  const { config, because } = context;
  const failures = failuresOf(because);
  const title = headline(alert, context);
  const sections = [
    ...failures.map((failure) => `:warning: ${escaped(failure, LONGEST_SECTION - 20)}`),
    config.text?.render(alert, (value) => escaped(value, LONGEST_VALUE), because) ?? '',
  ];
  const description = config.description ? escaped(alert.description ?? '', LONGEST_DESCRIPTION) : '';
  const links = linksOf(alert, context.link).map(({ name, url }) => link(url, name));
  const blocks: Block[] = [
    { type: 'header', text: { type: 'plain_text', text: title, emoji: false } },
    ...sections.flatMap(section),
    ...fieldSections(factsOf(alert)),
    ...section(description),
    ...section(joined(links, ' · ', LONGEST_SECTION)),
    { type: 'context', elements: [mrkdwn(code(alert.ivorn, 500)), mrkdwn(escaped(context.handler, 100))] },
  ];
  const text = escaped([title, ...failures].join('. '), LONGEST_SECTION);
  return { text, blocks, unfurl_links: false, unfurl_media: false };
}

function headline(alert: Alert, { config, because }: Context<Options>): string {
  const own = config.title?.render(alert, (value) => oneLine(value, LONGEST_VALUE), because);
  const mark = because === undefined || own !== undefined ? '' : 'Failed: ';
  return oneLine(plain(own ?? `${mark}${titleOf(alert)}`), LONGEST_HEADER) || 'Alert';
}

function fieldSections(facts: readonly Fact[]): Block[] {
  const sections: Block[] = [];
  for (let first = 0; first < facts.length; first += MOST_FIELDS) {
    const fields = facts
      .slice(first, first + MOST_FIELDS)
      .map(({ name, value }) => mrkdwn(`*${name}*\n${escaped(value, 1_000)}`));
    sections.push({ type: 'section', fields });
  }
  return sections;
}

function section(text: string): Block[] {
  return text.trim() === '' ? [] : [{ type: 'section', text: mrkdwn(shortened(text, LONGEST_SECTION)) }];
}

function mrkdwn(text: string): Mrkdwn {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** As many of the parts as fit, whole. */
function joined(parts: readonly string[], between: string, most: number): string {
  let text = '';
  for (const part of parts) {
    const longer = text === '' ? part : `${text}${between}${part}`;
    if (longer.length > most) break;
    text = longer;
  }
  return text;
}
