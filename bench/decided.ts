import { DatabaseSync } from 'node:sqlite';

const LOOK_MS = 100;

/** Resolves when so many alerts of the journal have been decided on. */
export async function untilDecided(journal: string, alerts: number): Promise<void> {
  await until(journal, 'SELECT max(seq) AS n FROM decision', alerts);
}

/** Resolves when the handler `bench` is done with so many alerts. */
export async function untilDone(journal: string, alerts: number): Promise<void> {
  await until(journal, `SELECT done AS n FROM handler WHERE name = 'bench'`, alerts);
}

async function until(journal: string, sql: string, count: number): Promise<void> {
  const database = new DatabaseSync(journal, { readOnly: true });
  const query = database.prepare(sql);
  while (Number(query.get()?.n ?? 0) < count) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  database.close();
}
