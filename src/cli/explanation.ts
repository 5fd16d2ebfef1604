import { visible } from '../common/visible.ts';
import { type ExplainedPart, explainRule, type KeptRule } from '../rules/explain.ts';
import type { Outcome, Seen } from '../rules/trace.ts';

/** A decision for one handler, as the journal keeps it and the router gives it. */
export interface ExplainedVerdict extends KeptRule {
  readonly handler: string;
  readonly fired: boolean;
  readonly why: string;
  readonly mode?: 'pretend';
  readonly retraction?: true;
  readonly passed?: readonly string[];
  readonly refused?: string;
}

export const MARKS: Readonly<Record<Outcome, string>> = { true: '✓', false: '✗', missing: '?', unseen: '·' };

/**
 * A decision as a tree: what was asked, the rule part by part with what it saw, what refused. What an alert says is made safe
 * to look at.
 */
export function explainVerdict(verdict: ExplainedVerdict): string[] {
  const { handler, fired, why, passed = [], refused } = verdict;
  const rule = explainRule(verdict);
  const lines = [
    `${fired ? '✓' : '✗'} ${handler} ${fired ? 'fires' : 'does not fire'}${manner(verdict)}: ${oneLine(why)}`,
  ];
  if (passed.length > 0) lines.push(`    ✓ ${passed.join(', ')}`);
  if (rule !== undefined) lines.push(...tree(rule, 'when: ').map((line) => `    ${line}`));
  if (refused !== undefined) lines.push(`    ✗ ${refused}`);
  return lines;
}

function manner({ mode, retraction }: ExplainedVerdict): string {
  const how = [
    ...(retraction === true ? ['with its options for retractions'] : []),
    ...(mode === 'pretend' ? ['only pretending'] : []),
  ];
  return how.length === 0 ? '' : ` (${how.join(', ')})`;
}

function tree(part: ExplainedPart, prefix = ''): string[] {
  const { outcome, parts } = part;
  const head = `${MARKS[outcome]} ${prefix}${titleOf(part)}`;
  const inner = parts.flatMap((one, index) => {
    const isLast = index === parts.length - 1;
    return tree(one).map((line, row) =>
      row === 0 ? `${isLast ? '└' : '├'} ${line}` : `${isLast ? ' ' : '│'} ${line}`,
    );
  });
  return [head, ...inner];
}

function titleOf({ kind, source, seen }: ExplainedPart): string {
  switch (kind) {
    case 'all':
      return 'all of';
    case 'any':
      return 'one of';
    case 'not':
      return 'not';
    case 'named':
      return oneLine(source);
    case 'test':
      return `${oneLine(source)}${valuesOf(seen)}`;
  }
}

function valuesOf(seen: Readonly<Record<string, Seen>>): string {
  const told = Object.entries(seen).map(
    ([name, value]) => `${oneLine(name)} = ${value === null ? 'none' : oneLine(String(value))}`,
  );
  return told.length === 0 ? '' : `    [${told.join(', ')}]`;
}

/** Text of strangers, or of a rule over several lines. */
export function oneLine(text: string): string {
  return visible(text).replace(/\s+/g, ' ').trim();
}
