import { UserError } from '../common/errors.ts';
import { didYouMean } from '../common/suggest.ts';
import type { JournalReader } from '../journal/reader.ts';
import { oneLine } from './explanation.ts';

/** What `17/slew` names. @throws UserError when it is no such name */
export function nameDelivery(id: string): { readonly seq: number; readonly handler: string } {
  const [, seq, handler] = /^(\d{1,15})\/(.+)$/s.exec(id) ?? [];
  if (seq !== undefined && handler !== undefined) return { seq: Number(seq), handler };
  throw new UserError(
    'deliveries.id',
    `Cannot understand ${oneLine(id)}: a delivery is named by its alert's number and its handler, as 17/slew; voeventd deliveries lists them.`,
  );
}

/** @throws UserError when the journal has never heard of this handler */
export function requireHandler(reader: JournalReader, handler: string, others: readonly string[] = []): void {
  const known = new Set([
    ...reader.handlers().map(({ name }) => name),
    ...reader.open().map((one) => one.handler),
    ...others,
  ]);
  if (known.has(handler)) return;
  throw new UserError(
    'deliveries.handler',
    `There is no handler ${oneLine(handler)}${didYouMean(handler, known)}: the journal has no delivery for it.`,
  );
}
