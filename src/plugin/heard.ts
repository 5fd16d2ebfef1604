import { z } from 'zod';
import { LOG_LEVELS } from '../common/log.ts';
import type { FromHost } from './messages.ts';

/** The longest message that is taken from a plugin's process; a request that it has fetched for it is the longest that it sends. */
export const LONGEST_HEARD = 32 * 1_048_576;

const output = z.string().optional();
const count = z.int().min(1).optional();

const outcomeSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('done'), detail: z.string(), output }),
  z.object({
    ...{ state: z.literal('failed'), reason: z.string(), retryable: z.boolean(), output },
    afterMs: z.number().min(0).optional().catch(undefined),
  }),
]);

const faultSchema = z.object({
  ...{ path: z.array(z.union([z.string(), z.number()])), key: z.string().optional(), message: z.string() },
});

/** Wishes are looked at by those who fulfil them. */
const wishSchema = (type: 'program' | 'ask' | 'unask') => z.looseObject({ type: z.literal(type) });

const schema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('outcome'), delivery: z.string(), outcome: outcomeSchema }),
  z.object({
    ...{ type: z.literal('log'), level: z.enum(LOG_LEVELS), message: z.string() },
    fields: z.record(z.string(), z.unknown()).optional(),
  }),
  wishSchema('program'),
  wishSchema('ask'),
  wishSchema('unask'),
  z.object({
    ...{ type: z.literal('configured'), permissions: z.unknown() },
    defaults: z.object({ attempts: count, concurrency: count }),
  }),
  z.object({
    ...{ type: z.literal('described'), describe: z.string().optional(), permissions: z.unknown() },
    problems: z.array(faultSchema),
  }),
  z.object({ type: z.literal('imported'), stamps: z.array(z.tuple([z.string(), z.string()])) }),
  z.object({ type: z.literal('refused'), problems: z.array(faultSchema) }),
  z.object({ type: z.literal('broken'), reason: z.string() }),
  z.object({ type: z.literal('ready') }),
]);

/**
 * What a plugin's process has said, if it is what it can say: it is not believed without a look, for the plugin is in that
 * process too.
 */
export function heard(message: unknown): FromHost | undefined {
  const parsed = schema.safeParse(message);
  return parsed.success ? (parsed.data as FromHost) : undefined;
}
