import { nameOf } from '../alert/summary.ts';
import { UserError } from '../common/errors.ts';
import { visible } from '../common/visible.ts';
import { lookInto } from '../journal/look.ts';
import type { JournalReader, ListedAlert, ListedAttempt, ListedDelivery } from '../journal/reader.ts';
import { explainRule } from '../rules/explain.ts';
import { attemptJson, describeAttempt } from './attempt-lines.ts';
import { EXIT } from './exit.ts';
import { type ExplainedVerdict, explainVerdict, oneLine } from './explanation.ts';
import { type JournalOptions, journalSettings } from './journal-path.ts';

export interface ExplainOptions extends JournalOptions {
  readonly json?: boolean;
}

/** Alerts of one identifier: more than this nobody reads. */
const MOST_ALERTS = 100;

/** `voeventd explain`: what was decided about an alert, and what became of it, by the journal. */
export async function explainCommand(name: string, options: ExplainOptions): Promise<number> {
  const { path } = await journalSettings(options);
  const reader = lookInto(path);
  try {
    const alerts = find(reader, name.trim());
    if (alerts.length === 0) {
      throw new UserError(
        'explain.none',
        `Cannot explain ${visible(name)}: the journal ${path} has no alert with that identifier, id or number.`,
      );
    }
    const told = alerts.map((alert) => accountOf(reader, alert));
    if (options.json === true) process.stdout.write(`${JSON.stringify(told.map(jsonOf), null, 2)}\n`);
    else process.stdout.write(`${told.map((one) => describe(one).join('\n')).join('\n\n')}\n`);
    return EXIT.ok;
  } finally {
    reader.close();
  }
}

/** By the first 16 digits of its digest, by its number, or by its identifier, newest first. */
function find(reader: JournalReader, name: string): readonly ListedAlert[] {
  const one =
    (/^[0-9a-f]{16}$/i.test(name) ? reader.find(name) : undefined) ??
    (/^\d{1,15}$/.test(name) ? reader.numbered(Number(name)) : undefined);
  if (one !== undefined) return [one];
  const named = reader.named(nameOf(name), MOST_ALERTS);
  return named.length > 0 ? named : reader.bearing(name, MOST_ALERTS);
}

interface ExplainedHandler {
  readonly verdict: ExplainedVerdict;
  readonly delivery: ListedDelivery | undefined;
  readonly attempts: readonly ListedAttempt[];
}

interface Account {
  readonly alert: ListedAlert;
  readonly decidedAt: number | undefined;
  readonly handlers: readonly ExplainedHandler[];
}

function accountOf(reader: JournalReader, alert: ListedAlert): Account {
  const explained = reader.explained(alert.seq);
  const deliveries = new Map(reader.deliveries(alert.seq, alert.seq).map((one) => [one.handler, one]));
  const attempts = reader.attempts(alert.seq);
  const asked: ExplainedVerdict[] = explained?.verdicts ?? [];
  const names = new Set(asked.map(({ handler }) => handler));
  const others = [...deliveries.keys()].filter((handler) => !names.has(handler));
  const handlers = [...asked, ...others.map(onRequest)].map((verdict) => ({
    verdict,
    delivery: deliveries.get(verdict.handler),
    attempts: attempts.filter(({ handler }) => handler === verdict.handler),
  }));
  return { alert, decidedAt: explained?.decidedAt, handlers };
}

/** A handler that was not asked when the alert came. */
function onRequest(handler: string): ExplainedVerdict {
  return {
    handler,
    fired: false,
    why: 'it was not asked: this was handed over on request, or because another handler failed',
  };
}

function describe({ alert, decidedAt, handlers }: Account): string[] {
  const { seq, id, source, ivorn, receivedAt, problem, role, kind, thread } = alert;
  const facts = [
    ...[role, kind].filter((fact) => fact !== undefined),
    `received ${iso(receivedAt)} from ${source}`,
    ...(thread === undefined ? [] : [`thread ${oneLine(thread)}`]),
    ...(decidedAt === undefined ? [] : [`decided ${iso(decidedAt)}`]),
  ];
  const lines = [
    `${oneLine(ivorn ?? 'A document without an identifier')} (number ${seq}, id ${id})`,
    `  ${facts.join(', ')}`,
  ];
  if (decidedAt === undefined) return [...lines, '  Nothing has been decided on it yet.'];
  if (problem !== undefined) return [...lines, `  It is in quarantine, and no handler was asked: ${oneLine(problem)}.`];
  if (handlers.length === 0) return [...lines, '  There was no handler to ask.'];
  for (const { verdict, delivery, attempts } of handlers) {
    lines.push('', ...explainVerdict(verdict).map((line) => `  ${line}`));
    if (delivery !== undefined) lines.push(`      → ${deliveryInWords(delivery)}`);
    lines.push(...attempts.flatMap(describeAttempt).map((line) => `      ${line}`));
  }
  return lines;
}

function deliveryInWords({ state, attempts, outcome, dueAt, startedAt, endedAt }: ListedDelivery): string {
  const count = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  const said = outcome === undefined ? '' : `: ${oneLine(outcome)}`;
  const isOpen = state === 'pending' || state === 'retrying';
  const times = [
    ...(isOpen ? [`due ${iso(dueAt)}`] : []),
    ...(startedAt === undefined ? [] : [`started ${iso(startedAt)}`]),
    ...(endedAt === undefined || state === 'running' ? [] : [`ended ${iso(endedAt)}`]),
  ];
  return `${state}, ${count}${said}${times.length === 0 ? '' : ` (${times.join(', ')})`}`;
}

function jsonOf({ alert, decidedAt, handlers }: Account): object {
  const { verdicts: _, isDecided: __, receivedAt, ...facts } = alert;
  return {
    ...facts,
    receivedAt: iso(receivedAt),
    decidedAt: decidedAt === undefined ? undefined : iso(decidedAt),
    handlers: handlers.map(({ verdict: { rule, outcomes, ...verdict }, delivery, attempts }) => ({
      ...verdict,
      rule: rule === undefined ? undefined : JSON.parse(rule),
      parts: explainRule({ ...verdict, ...(rule && { rule }), ...(outcomes && { outcomes }) }),
      delivery: delivery === undefined ? undefined : { ...deliveryJson(delivery), tries: attempts.map(attemptJson) },
    })),
  };
}

function deliveryJson({ state, attempts, outcome, dueAt, startedAt, endedAt }: ListedDelivery): object {
  return {
    ...{ state, attempts, outcome, dueAt: iso(dueAt) },
    startedAt: startedAt === undefined ? undefined : iso(startedAt),
    endedAt: endedAt === undefined ? undefined : iso(endedAt),
  };
}

const iso = (timeMs: number): string => new Date(timeMs).toISOString();
