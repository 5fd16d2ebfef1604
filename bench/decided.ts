import { DatabaseSync } from 'node:sqlite';

const LOOK_MS = 250;

/** Resolves when so many alerts of the journal have been decided on. */
export async function untilDecided(journal: string, alerts: number): Promise<void> {
  const database = new DatabaseSync(journal, { readOnly: true });
  const query = database.prepare('SELECT max(seq) AS n FROM decision');
  while (Number(query.get()?.n ?? 0) < alerts) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  database.close();
}
