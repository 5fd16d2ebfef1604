/** Marks a SQLite file as ours: the letters `VOEd`. */
export const APPLICATION_ID = 0x564f4564;
export const SCHEMA_VERSION = 3;

/** What lists and feeds show of an alert, so that it need not be decoded for them; no values where it cannot be read. */
export const SUMMARY_COLUMNS = [
  'source TEXT',
  'received_at INTEGER',
  'name TEXT', // the identifier, as identifiers are compared
  'role TEXT', // as it counts: anything marked as a test is a test
  'kind TEXT',
  'format TEXT',
  'stream TEXT',
  'thread TEXT',
  'written_at TEXT',
  'event_at TEXT',
  'ra REAL',
  'dec REAL',
  'error_radius REAL',
] as const;

/** How a delivery is made, where that is not as usual. */
export const DELIVERY_COLUMNS = [
  'mode TEXT', // pretend: everything happens but the plugin
  'retraction INTEGER', // 1: with the handler's options for retractions
  'withdrawn TEXT', // why nobody wants it any more: it is not started again, and its failure is not one
  'forgiven INTEGER NOT NULL DEFAULT 0', // attempts made before somebody asked for it again: they do not count against retry
  'any_age INTEGER', // 1: asked for however old the alert is
  'made INTEGER', // 1: it has been done, not only pretended, before somebody asked for it again
  'because TEXT', // JSON: the delivery whose death it is about, where its handler is the onDead of another
] as const;

/** What was asked from outside of the daemon that writes the journal: `voeventd retry` and `voeventd replay`. */
export const REQUEST_TABLE = `
CREATE TABLE IF NOT EXISTS request (
  id          INTEGER PRIMARY KEY,      -- order of asking
  asked_at    INTEGER NOT NULL,
  what        TEXT NOT NULL CHECK (what IN ('retry', 'replay')),
  seq         INTEGER NOT NULL,
  handler     TEXT NOT NULL,
  pretend     INTEGER NOT NULL DEFAULT 0,
  any_age     INTEGER NOT NULL DEFAULT 0
) STRICT;`;

/** Every attempt of a delivery. */
export const ATTEMPT_TABLE = `
CREATE TABLE IF NOT EXISTS attempt (
  seq         INTEGER NOT NULL,
  handler     TEXT NOT NULL,
  attempt     INTEGER NOT NULL,         -- 1 for the first
  started_at  INTEGER NOT NULL,
  ended_at    INTEGER,                  -- none while it runs, and where the daemon was killed
  state       TEXT,                     -- done, failed (for good, or to be tried again), skipped: aborted because nobody wanted it any more
  outcome     TEXT,                     -- what the plugin said, or why not
  output      TEXT,                     -- the last that it printed
  PRIMARY KEY (seq, handler, attempt)
) STRICT, WITHOUT ROWID;`;

/** What plugins keep, each under its handler's name. */
const PLUGIN_STATE_TABLE = `
CREATE TABLE IF NOT EXISTS plugin_state (
  handler     TEXT NOT NULL,
  key         TEXT NOT NULL,
  value       TEXT NOT NULL,            -- JSON
  PRIMARY KEY (handler, key)
) STRICT, WITHOUT ROWID;`;

/** Alerts that are no longer kept: the same event is still known when it comes again. */
export const REMOVED_TABLE = `
CREATE TABLE IF NOT EXISTS removed (
  digest      BLOB PRIMARY KEY,
  removed_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS removed_time ON removed (removed_at);`;

/** How the deliveries of each handler ended, ever; those that have not ended are in `delivery`. */
export const HANDLER_TABLE = `
CREATE TABLE IF NOT EXISTS handler (
  name          TEXT PRIMARY KEY,
  done          INTEGER NOT NULL DEFAULT 0,
  dead          INTEGER NOT NULL DEFAULT 0,
  skipped       INTEGER NOT NULL DEFAULT 0,
  retried       INTEGER NOT NULL DEFAULT 0, -- attempts that failed and were to be tried again
  last_ended_at INTEGER,
  last_state    TEXT,
  last_outcome  TEXT,
  last_error_at INTEGER,
  last_error    TEXT
) STRICT, WITHOUT ROWID;`;

/**
 * The journal's tables. Times are milliseconds since 1970, UTC.
 *
 * `alert` and `intake` are written by the keeper alone; `composed`, `broadcast` and `subscriber` by the broadcasting thread
 * alone, `request` by whoever asks, the others by the main thread alone.
 * A decision for every alert, in order of `seq`: the highest one says how far the daemon has come, and is never removed.
 *
 * One thing crosses these lines: retention. The keeper removes an alert with all its rows, in every table but `removed`,
 * in one transaction, in which it also sees that the alert was decided on and handed on, that no delivery of it is open, and
 * that nobody has asked for it again. Whoever holds a `seq` outside of a transaction has to reckon with its rows being gone.
 * `thread_key` is kept: what comes next about an old event still finds its thread.
 */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS alert (
  seq         INTEGER PRIMARY KEY,      -- order of arrival
  digest      BLOB NOT NULL UNIQUE,     -- SHA-256 of the element's bytes: the same event is kept once
  source      TEXT NOT NULL,            -- name of the source in the configuration
  peer        TEXT NOT NULL,            -- the broker it came from
  ivorn       TEXT,
  role        TEXT,                     -- as written in the root tag
  received_at INTEGER NOT NULL,
  packet      BLOB NOT NULL             -- the exact bytes
) STRICT;
CREATE TABLE IF NOT EXISTS intake (
  id          INTEGER PRIMARY KEY CHECK (id = 0),
  segment     INTEGER NOT NULL,         -- the intake log has been taken in up to there
  offset      INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS decision (
  seq         INTEGER PRIMARY KEY REFERENCES alert (seq),
  decided_at  INTEGER NOT NULL,
  problem     TEXT,                     -- why it cannot be read: the alert is in quarantine
  verdicts    TEXT NOT NULL,            -- JSON: a Verdict each, but for its rule, of which there is the id
  ${SUMMARY_COLUMNS.join(',\n  ')}
) STRICT;
CREATE INDEX IF NOT EXISTS quarantine ON decision (seq) WHERE problem IS NOT NULL;
CREATE INDEX IF NOT EXISTS decision_source ON decision (source);
CREATE INDEX IF NOT EXISTS decision_time ON decision (received_at);
CREATE INDEX IF NOT EXISTS decision_name ON decision (name) WHERE name IS NOT NULL;
CREATE INDEX IF NOT EXISTS decision_role ON decision (role) WHERE role IS NOT NULL;
CREATE INDEX IF NOT EXISTS decision_stream ON decision (stream) WHERE stream IS NOT NULL;
CREATE INDEX IF NOT EXISTS decision_thread ON decision (thread) WHERE thread IS NOT NULL;
CREATE TABLE IF NOT EXISTS citation (
  name        TEXT NOT NULL,            -- the identifier that is cited, as identifiers are compared
  seq         INTEGER NOT NULL,         -- the alert that cites it
  cite        TEXT NOT NULL,
  PRIMARY KEY (name, seq, cite)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS citation_alert ON citation (seq);
CREATE TABLE IF NOT EXISTS rule (
  id          INTEGER PRIMARY KEY,
  text        TEXT NOT NULL UNIQUE      -- JSON: { when, conditions }
) STRICT;
CREATE TABLE IF NOT EXISTS thread_key (
  key         TEXT PRIMARY KEY,         -- a name of an event: a mission's number, an identifier, the name of a thread
  thread      TEXT NOT NULL             -- the thread it belongs to, whose name may by now belong to another one
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS delivery (
  seq         INTEGER NOT NULL REFERENCES alert (seq),
  handler     TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('pending', 'running', 'retrying', 'done', 'dead', 'skipped')),
  attempts    INTEGER NOT NULL DEFAULT 0,
  due_at      INTEGER NOT NULL,         -- not to be started before
  started_at  INTEGER,                  -- of the last attempt
  ended_at    INTEGER,
  outcome     TEXT,                     -- what the plugin said, or why not
  ${DELIVERY_COLUMNS.join(',\n  ')},
  PRIMARY KEY (seq, handler)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS open_delivery ON delivery (handler, due_at, seq)
  WHERE state IN ('pending', 'running', 'retrying');
${HANDLER_TABLE}
${ATTEMPT_TABLE}
${REQUEST_TABLE}
${REMOVED_TABLE}
${PLUGIN_STATE_TABLE}
CREATE TABLE IF NOT EXISTS composed (
  digest      BLOB PRIMARY KEY          -- of a VOEvent that was made from an alert in another format: it is that alert
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS broadcast (
  id          INTEGER PRIMARY KEY CHECK (id = 0),
  seq         INTEGER NOT NULL          -- alerts up to this one have been handed on
) STRICT;
CREATE TABLE IF NOT EXISTS subscriber (
  name        TEXT PRIMARY KEY,         -- who it says it is, and its address
  seq         INTEGER NOT NULL,         -- it has every alert up to this one
  seen_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};
`;
