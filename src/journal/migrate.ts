import type { DatabaseSync } from 'node:sqlite';
import { DELIVERY_COLUMNS, HANDLER_TABLE, SUMMARY_COLUMNS } from './schema.ts';

/** Where an identifier's own part begins; 0 when it has none. */
const CUT = "instr(replace(alert.ivorn, '?', '#'), '#')";

/** What the root tag says has to do for alerts that were decided on before lists were kept: they are not decoded again. */
const SUMMARISE = `
UPDATE decision SET source = alert.source, received_at = alert.received_at FROM alert WHERE alert.seq = decision.seq;
UPDATE decision SET
  role = CASE WHEN alert.role IS NULL THEN 'observation'
              WHEN alert.role IN ('observation', 'prediction', 'utility') THEN alert.role ELSE 'test' END,
  format = 'voevent',
  name = iif(${CUT} = 0, lower(alert.ivorn), lower(substr(alert.ivorn, 1, ${CUT} - 1)) || substr(alert.ivorn, ${CUT})),
  stream = iif(${CUT} = 0, substr(alert.ivorn, 7), substr(alert.ivorn, 7, ${CUT} - 7))
FROM alert WHERE alert.seq = decision.seq AND decision.problem IS NULL AND alert.ivorn LIKE 'ivo://%';
`;

const COUNT_DELIVERIES = `
INSERT INTO handler (name, done, dead, skipped, last_ended_at)
  SELECT handler, sum(state = 'done'), sum(state = 'dead'), sum(state = 'skipped'), max(ended_at)
  FROM delivery GROUP BY handler;
`;

/**
 * Brings a journal of an earlier version to the present one, all at once or not at all. Tables that a version has added are made
 * with the others afterwards: that is all that version 3 needs.
 */
export function migrate(database: DatabaseSync): void {
  const version = (): unknown => database.prepare('PRAGMA user_version').get()?.user_version;
  if (version() !== 1) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    // Somebody else may have done it meanwhile.
    if (version() === 1) {
      for (const column of SUMMARY_COLUMNS) database.exec(`ALTER TABLE decision ADD COLUMN ${column}`);
      for (const column of DELIVERY_COLUMNS) database.exec(`ALTER TABLE delivery ADD COLUMN ${column}`);
      database.exec(SUMMARISE);
      database.exec(HANDLER_TABLE);
      database.exec(COUNT_DELIVERIES);
      database.exec('PRAGMA user_version = 2');
    }
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
