import { z } from 'zod';
import { ROLES } from '../alert/model.ts';
import type { AlertFilter } from '../journal/reader.ts';

export const MOST_ROWS = 200;

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'Write a whole number.')
    .transform(Number)
    .pipe(z.int().min(least).max(most));

/** Undefined for a 30th of February too, which `Date.parse` takes for one of March. */
function timeOf(text: string): number | undefined {
  const parsed = Date.parse(text);
  if (!Number.isFinite(parsed)) return undefined;
  return new Date(parsed).toISOString().slice(0, 10) === text.slice(0, 10) ? parsed : undefined;
}

/** A time or a day of the calendar, UTC; milliseconds since 1970. */
const time = (description: string) =>
  z
    .string()
    .regex(/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z?)?$/, 'Write a time such as 2026-11-27T05:00:00Z.')
    .transform((text, context) => {
      const parsed = timeOf(text.includes('T') && !text.endsWith('Z') ? `${text}Z` : text);
      if (parsed !== undefined) return parsed;
      context.addIssue('There is no such time.');
      return z.NEVER;
    })
    .optional()
    .describe(description);

const name = (description: string) => z.string().min(1).max(2_000).optional().describe(description);

/** What `/api/alerts` may be asked. */
export const alertQuerySchema = z.strictObject({
  stream: name('Only alerts of this stream.'),
  source: name('Only alerts that this source heard.'),
  role: z.enum(ROLES).optional().describe('Only alerts with this role; anything marked as a test is a test.'),
  thread: name('Only alerts of this thread.'),
  from: time('Only alerts received at this time or later.'),
  to: time('Only alerts received before this time.'),
  before: whole(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('Only alerts with a smaller number: `next` of the page before.'),
  count: whole(1, MOST_ROWS).optional().describe(`How many, ${MOST_ROWS} at most; 50 when not said.`),
});

/** What the page `/alerts` may be asked: a form sends every field, also empty ones. */
export const pageQuerySchema = z.strictObject({
  ...alertQuerySchema.pick({ stream: true, source: true, role: true, before: true }).shape,
  date: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/, 'Write a day such as 2026-11-27.')
    .optional(),
});

/** What `/api/stream` may be asked. */
export const streamQuerySchema = z.strictObject({
  after: whole(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('Begin with the alert after this number; the header Last-Event-ID says the same.'),
  status: z
    .enum(['0', '1'])
    .optional()
    .describe(
      '1: also the status, each second, and only the newest alerts when many come at once, as the page has it.',
    ),
});

export const feedQuerySchema = z.strictObject({
  count: whole(1, MOST_ROWS).optional().describe(`How many alerts, ${MOST_ROWS} at most.`),
});

const DAY_MS = 86_400_000;

/** A day of the calendar as the time from its beginning to its end; undefined when there is no such day. */
export function dayOf(date: string | undefined): Pick<AlertFilter, 'from' | 'to'> | undefined {
  if (date === undefined) return {};
  const from = timeOf(date);
  return from === undefined ? undefined : { from, to: from + DAY_MS };
}

/** Why a query cannot be answered, a sentence. */
export function complaint(error: z.ZodError): string {
  return error.issues
    .map((issue) => {
      const where = issue.path.join('.');
      if (issue.code === 'unrecognized_keys') return `Nothing is called ${issue.keys.join(', ')} here.`;
      return `${where}: ${issue.message}${/[.!?]$/.test(issue.message) ? '' : '.'}`;
    })
    .join(' ');
}
