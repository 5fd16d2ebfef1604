import { allSeen, type Seen, type Trace } from './trace.ts';

/** The part that decided, and what it saw: a clause. */
export function because(trace: Trace): string {
  if (trace.outcome === 'true') return `the rule is true: ${trace.logic.source}${values(allSeen(trace))}`;
  return refusal(trace);
}

/** Why it is not true. */
function refusal(trace: Trace): string {
  const { logic, outcome, missing, parts } = trace;
  if (logic.kind === 'all') {
    const part = parts.find((one) => one.outcome === outcome);
    if (part !== undefined) return refusal(part);
  }
  if (logic.kind === 'named' && parts[0] !== undefined) return `${logic.source} does not hold: ${refusal(parts[0])}`;
  if (outcome === 'missing') return `${missing ?? 'something is missing'}: ${logic.source}`;
  return `${logic.source} is false${values(allSeen(trace))}`;
}

function values(seen: Readonly<Record<string, Seen>>): string {
  const told = Object.entries(seen).map(([name, value]) => `${name} = ${value === null ? 'none' : value}`);
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}
