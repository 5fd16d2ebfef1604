import { dirname } from 'node:path';
import { UserError } from '../common/errors.ts';
import { findConfig } from '../config/find.ts';
import type { Retention } from '../journal/retention.ts';
import { settingsSchema } from '../settings.ts';

/** Where a command finds the journal. */
export interface JournalOptions {
  readonly config?: string;
  readonly journal?: string;
}

/** The journal that was named, or what the configuration says of it, whatever else is wrong with that. */
export async function journalSettings(options: JournalOptions): Promise<{ path: string; retention: Retention }> {
  if (options.journal !== undefined) {
    return { path: options.journal, retention: { keep: undefined, maxSize: undefined, broadcasts: false } };
  }
  const document = await findConfig(options.config);
  const written = document.value as { journal?: unknown; broadcast?: unknown } | null | undefined;
  const parsed = settingsSchema(dirname(document.file)).shape.journal.safeParse(written?.journal);
  if (parsed.success) {
    const { path, keep, maxSize } = parsed.data;
    return { path, retention: { keep, maxSize, broadcasts: written?.broadcast !== undefined } };
  }
  throw new UserError(
    'journal.config',
    `Cannot read where the journal is from ${document.file}: it has problems. Run voeventd check, or give --journal FILE.`,
  );
}
