/**
 * The tables of a local store. Results and bulk output are files of their own: output has a quota of pages, so that a
 * flood of it never takes the room that final results need.
 */

export const SCHEMA_VERSION = 1

/** A status only moves forward: the guard stands in each UPDATE, and here for whoever forgets it. */
export const RESULTS_SCHEMA = `
CREATE TABLE main.local_store (
  id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, ledger_url TEXT NOT NULL, host TEXT NOT NULL,
  pid INTEGER NOT NULL, boot_id TEXT, process_started_at TEXT, opened_at INTEGER NOT NULL
);
CREATE TABLE main.local_task_executions (
  id INTEGER PRIMARY KEY,
  task_id TEXT NOT NULL CHECK (task_id <> ''),
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  worker_id TEXT,
  start TEXT,
  status TEXT NOT NULL CHECK (status IN ('received', 'running', 'final', 'interrupted')),
  exit_code INTEGER,
  stdout_truncated INTEGER NOT NULL DEFAULT 0,
  stderr_truncated INTEGER NOT NULL DEFAULT 0,
  final_shortened INTEGER NOT NULL DEFAULT 0,
  stdout_base INTEGER NOT NULL DEFAULT 0,
  stderr_base INTEGER NOT NULL DEFAULT 0,
  reserve_bytes INTEGER NOT NULL CHECK (reserve_bytes >= 0),
  received_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  UNIQUE (task_id, attempt),
  CHECK ((status IN ('final', 'interrupted')) = (ended_at IS NOT NULL)),
  CHECK (ended_at IS NULL OR reserve_bytes = 0)
);
CREATE TRIGGER main.local_task_executions_forward BEFORE UPDATE OF status ON local_task_executions
WHEN NEW.status <> OLD.status AND (OLD.status IN ('final', 'interrupted') OR NEW.status = 'received')
BEGIN SELECT RAISE(ABORT, 'a status only moves forward'); END;
CREATE TABLE main.local_task_outbox_messages (
  id TEXT PRIMARY KEY CHECK (id <> ''),
  execution_id INTEGER NOT NULL UNIQUE REFERENCES local_task_executions (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  data TEXT NOT NULL,
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  created_at INTEGER NOT NULL,
  acked_at INTEGER
);
CREATE INDEX main.local_task_outbox_place ON local_task_outbox_messages (place);
CREATE INDEX main.local_task_outbox_waiting ON local_task_outbox_messages (bytes) WHERE acked_at IS NULL;
CREATE INDEX main.local_task_executions_booked ON local_task_executions (reserve_bytes) WHERE reserve_bytes > 0;
CREATE TABLE main.local_task_reserves (
  execution_id INTEGER PRIMARY KEY REFERENCES local_task_executions (id) ON DELETE CASCADE,
  room BLOB NOT NULL
);`

/** Triggers keep the count, so it is right whatever a transaction does. */
export const OUTPUT_SCHEMA = `
CREATE TABLE output.local_task_outbox_messages (
  place INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  execution_id INTEGER NOT NULL,
  stream TEXT NOT NULL CHECK (stream IN ('stdout', 'stderr')),
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  data TEXT,
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  wire_bytes INTEGER NOT NULL,
  dropped_from INTEGER CHECK (dropped_from < sequence),
  dropped_bytes INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  acked_at INTEGER,
  UNIQUE (execution_id, stream, sequence),
  CHECK ((data IS NULL) = (acked_at IS NOT NULL))
);
CREATE INDEX output.local_task_outbox_waiting ON local_task_outbox_messages (place) WHERE acked_at IS NULL;
CREATE INDEX output.local_task_outbox_waiting_of ON local_task_outbox_messages (execution_id, place)
  WHERE acked_at IS NULL;
CREATE TABLE output.local_task_output_streams (
  execution_id INTEGER NOT NULL,
  stream TEXT NOT NULL CHECK (stream IN ('stdout', 'stderr')),
  next_sequence INTEGER NOT NULL,
  gap_from INTEGER,
  gap_bytes INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (execution_id, stream)
) WITHOUT ROWID;
CREATE TABLE output.local_output_spool (
  id INTEGER PRIMARY KEY CHECK (id = 1), messages INTEGER NOT NULL, bytes INTEGER NOT NULL
);
INSERT INTO output.local_output_spool VALUES (1, 0, 0);
CREATE TRIGGER output.local_output_spool_in AFTER INSERT ON local_task_outbox_messages WHEN NEW.acked_at IS NULL
BEGIN UPDATE local_output_spool SET messages = messages + 1, bytes = bytes + NEW.bytes; END;
CREATE TRIGGER output.local_output_spool_acked AFTER UPDATE OF acked_at ON local_task_outbox_messages
WHEN OLD.acked_at IS NULL AND NEW.acked_at IS NOT NULL
BEGIN UPDATE local_output_spool SET messages = messages - 1, bytes = bytes - OLD.bytes; END;
CREATE TRIGGER output.local_output_spool_out AFTER DELETE ON local_task_outbox_messages WHEN OLD.acked_at IS NULL
BEGIN UPDATE local_output_spool SET messages = messages - 1, bytes = bytes - OLD.bytes; END;`
