import type { Alert, Context } from '../../src/plugin/api.ts';
import { factsOf, failuresOf } from '../shared/alert-words.ts';
import { linksOf } from '../shared/links.ts';
import { oneLine, paragraph } from '../shared/text.ts';

const LONGEST_DESCRIPTION = 10_000;

/** What an observer asks first, for a reader of plain text: what failed, what it is, where, what the author says, links. */
export function textOf(alert: Alert, { because, link, handler, delivery }: Context<unknown>): string {
  const facts = [{ name: 'Identifier', value: oneLine(alert.ivorn, 500) }, ...factsOf(alert)];
  const parts = [
    failuresOf(because).join('\n'),
    alert.test ? 'A test, not a real event.' : '',
    table(facts.map(({ name, value }) => [name, value])),
    paragraph(alert.description ?? '', LONGEST_DESCRIPTION),
    table(linksOf(alert, link).map(({ name, url }) => [name, url])),
    // Two dashes and a blank: what follows is a signature, which a reply does not quote.
    `-- \nvoeventd, handler ${handler}, delivery ${delivery}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, value]) => name.padEnd(width) + value).join('\n');
}
