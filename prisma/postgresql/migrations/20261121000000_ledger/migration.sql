-- Rollcall's ledger. Instants are UTC epoch milliseconds in BIGINT columns; the lines marked CHECK hold the state
-- machine of lib/task/states.ts even against a statement typed by hand.

-- The one clock of the ledger. clock_timestamp() and never now(): a statement that waited for a row lock must compare
-- with the moment at which it goes on. Tests set "rollcall.now_ms" for their transaction.
CREATE FUNCTION "ledger_now_ms"() RETURNS BIGINT LANGUAGE sql VOLATILE AS $$
  SELECT COALESCE(NULLIF(current_setting('rollcall.now_ms', true), '')::BIGINT,
                  (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT) $$;

CREATE TABLE "task_history" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "correlation_id" TEXT,
  "title" TEXT NOT NULL,
  "repo" TEXT,
  "issue_number" INTEGER,
  "user" TEXT,
  "agent" TEXT,
  "agent_type" TEXT,
  "model" TEXT,
  "provider" TEXT,
  "payload" JSONB,
  "labels" JSONB NOT NULL DEFAULT '{}',
  "requires" JSONB NOT NULL DEFAULT '[]',
  "priority" INTEGER NOT NULL DEFAULT 0,
  "status" TEXT NOT NULL,
  "phase" TEXT,
  "sealed_at" BIGINT,
  "attempt" INTEGER NOT NULL DEFAULT 0,
  "worker_id" TEXT,
  "retries_used" INTEGER NOT NULL DEFAULT 0,
  "max_retries" INTEGER NOT NULL DEFAULT 1,
  "interruptions" INTEGER NOT NULL DEFAULT 0,
  "max_interruptions" INTEGER NOT NULL DEFAULT 3,
  "not_before" BIGINT,
  "cancel_requested_at" BIGINT,
  "next_action" TEXT,
  "next_at" BIGINT,
  "next_reason" TEXT,
  "strategy" TEXT,
  "progress_timeout_ms" BIGINT,
  "incident_id" TEXT,
  "reassigned_from" TEXT,
  "created_at" BIGINT NOT NULL,
  "started_at" BIGINT,
  "interrupted_at" BIGINT,
  "finished_at" BIGINT,
  "updated_at" BIGINT NOT NULL,
  "reason" TEXT,
  "error_class" TEXT,
  "error_message" TEXT,
  "exit_code" INTEGER,
  "cost_usd" DOUBLE PRECISION,
  "tokens_in" BIGINT,
  "tokens_out" BIGINT,
  "turns" INTEGER,
  "artifacts" JSONB,
  "side_effects" BOOLEAN NOT NULL DEFAULT false,
  CONSTRAINT "task_history_status" CHECK ("status" IN
    ('queued','assigned','running','waiting','interrupted','failed','success','cancelled','aborted_no_skill','compensated','quarantined')),
  CONSTRAINT "task_history_sealed" CHECK (
    ("status" NOT IN ('success','cancelled','aborted_no_skill','compensated','quarantined') OR "sealed_at" IS NOT NULL)
    AND ("sealed_at" IS NULL OR "status" IN ('success','failed','cancelled','aborted_no_skill','compensated','quarantined'))),
  CONSTRAINT "task_history_finished" CHECK (
    ("finished_at" IS NOT NULL) = ("status" IN ('success','failed','cancelled','aborted_no_skill','compensated','quarantined'))),
  CONSTRAINT "task_history_interrupted" CHECK ("status" <> 'interrupted' OR "interrupted_at" IS NOT NULL),
  CONSTRAINT "task_history_held" CHECK ("status" NOT IN ('running','waiting')
    OR ("worker_id" IS NOT NULL AND "attempt" >= 1 AND "started_at" IS NOT NULL)),
  CONSTRAINT "task_history_holder" CHECK ("worker_id" IS NULL OR "status" IN ('assigned','running','waiting')),
  CONSTRAINT "task_history_next" CHECK ("next_action" IS NULL OR ("sealed_at" IS NULL
    AND "next_action" IN ('reassign','resume','hold','fail','compensate','quarantine'))),
  CONSTRAINT "task_history_budgets" CHECK ("attempt" >= 0 AND "max_retries" >= 0 AND "max_interruptions" >= 0
    AND "retries_used" BETWEEN 0 AND "max_retries" AND "interruptions" BETWEEN 0 AND "max_interruptions" + 1)
);
CREATE UNIQUE INDEX "task_history_correlation_id_key" ON "task_history"("correlation_id");
CREATE INDEX "task_history_created" ON "task_history"("created_at", "id");
CREATE INDEX "task_history_status_created" ON "task_history"("status", "created_at", "id");
CREATE INDEX "task_history_repo_created" ON "task_history"("repo", "created_at", "id");
-- Partial: these follow the open tasks, which are few, and not the history, which only grows.
CREATE INDEX "task_history_open" ON "task_history"("created_at", "id") WHERE "sealed_at" IS NULL;
CREATE INDEX "task_history_sealed_at" ON "task_history"("sealed_at") WHERE "sealed_at" IS NOT NULL;
CREATE INDEX "task_history_due" ON "task_history"("priority" DESC, (COALESCE("not_before", "created_at")), "id")
  WHERE "status" IN ('queued','assigned');
CREATE INDEX "task_history_next_at" ON "task_history"("next_at") WHERE "next_at" IS NOT NULL;
CREATE INDEX "task_history_worker" ON "task_history"("worker_id") WHERE "worker_id" IS NOT NULL;
CREATE INDEX "task_history_incident" ON "task_history"("incident_id") WHERE "incident_id" IS NOT NULL;

CREATE TABLE "task_attempts" (
  "task_id" TEXT NOT NULL,
  "attempt" INTEGER NOT NULL,
  "worker_id" TEXT NOT NULL,
  "request_id" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "cause" TEXT,
  "incident_id" TEXT,
  "session_id" TEXT,
  "started_at" BIGINT NOT NULL,
  "progress_at" BIGINT NOT NULL,
  "last_heartbeat_at" BIGINT,
  "finished_at" BIGINT,
  "finish_message_id" TEXT,
  "exit_code" INTEGER,
  "reason" TEXT,
  "error_class" TEXT,
  "error_message" TEXT,
  "cost_usd" DOUBLE PRECISION,
  "tokens_in" BIGINT,
  "tokens_out" BIGINT,
  "turns" INTEGER,
  "output_bytes" BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY ("task_id", "attempt"),
  CONSTRAINT "task_attempts_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task_history"("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "task_attempts_number" CHECK ("attempt" >= 1),
  CONSTRAINT "task_attempts_status" CHECK ("status" IN ('running','waiting','success','failed','cancelled','aborted_no_skill','interrupted')),
  CONSTRAINT "task_attempts_finished" CHECK (("finished_at" IS NULL) = ("status" IN ('running','waiting')))
);
-- At most one attempt of a task is under way, whoever asks.
CREATE UNIQUE INDEX "task_attempts_under_way" ON "task_attempts"("task_id") WHERE "finished_at" IS NULL;
-- A request that was answered once is answered the same again.
CREATE UNIQUE INDEX "task_attempts_request" ON "task_attempts"("worker_id", "request_id", "task_id");
CREATE INDEX "task_attempts_incident" ON "task_attempts"("incident_id") WHERE "incident_id" IS NOT NULL;

CREATE TABLE "workers" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "token_id" TEXT,
  "name" TEXT NOT NULL,
  "host" TEXT NOT NULL,
  "pid" INTEGER NOT NULL,
  "version" TEXT,
  "boot_id" TEXT,
  "pid_namespace" TEXT,
  "process_started_at" TEXT,
  "skills" JSONB NOT NULL DEFAULT '[]',
  "labels" JSONB NOT NULL DEFAULT '{}',
  "slots" INTEGER NOT NULL DEFAULT 1,
  "state" TEXT NOT NULL,
  "death_kind" TEXT,
  "reason" TEXT,
  "lease_ms" INTEGER NOT NULL,
  "lease_expires_at" BIGINT NOT NULL,
  "last_heartbeat_at" BIGINT NOT NULL,
  "heartbeat_count" INTEGER NOT NULL DEFAULT 0,
  "registered_at" BIGINT NOT NULL,
  "ended_at" BIGINT,
  "recovered_at" BIGINT,
  CONSTRAINT "workers_state" CHECK ("state" IN ('alive','draining','stopped','dead')),
  CONSTRAINT "workers_death" CHECK (("state" = 'dead') = ("death_kind" IS NOT NULL)
    AND ("death_kind" IS NULL OR "death_kind" IN ('proven','suspected','declared','replaced'))),
  CONSTRAINT "workers_ended" CHECK (("ended_at" IS NULL) = ("state" IN ('alive','draining')))
);
CREATE INDEX "workers_lease" ON "workers"("lease_expires_at") WHERE "state" IN ('alive','draining');
CREATE INDEX "workers_unrecovered" ON "workers"("ended_at") WHERE "ended_at" IS NOT NULL AND "recovered_at" IS NULL;
CREATE INDEX "workers_registered" ON "workers"("registered_at", "id");

CREATE TABLE "sessions" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "provider" TEXT,
  "task_id" TEXT NOT NULL,
  "attempt" INTEGER NOT NULL,
  "worker_id" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "linked_at" BIGINT NOT NULL,
  "ended_at" BIGINT,
  "reason" TEXT,
  CONSTRAINT "sessions_status" CHECK ("status" IN ('active','closed','resumable','invalidated')),
  CONSTRAINT "sessions_ended" CHECK (("ended_at" IS NULL) = ("status" = 'active'))
);
CREATE INDEX "sessions_task" ON "sessions"("task_id", "attempt");
CREATE INDEX "sessions_linked" ON "sessions"("linked_at", "id");

CREATE TABLE "task_events" (
  "id" BIGSERIAL PRIMARY KEY,
  "transaction_id" BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
  "type" TEXT NOT NULL,
  "task_id" TEXT,
  "attempt" INTEGER,
  "worker_id" TEXT,
  "from_status" TEXT,
  "to_status" TEXT,
  "actor_kind" TEXT NOT NULL,
  "actor_name" TEXT NOT NULL,
  "reason" TEXT,
  "data" JSONB NOT NULL DEFAULT '{}',
  "at" BIGINT NOT NULL
);
CREATE INDEX "task_events_task" ON "task_events"("task_id", "id");
-- Ids are handed out before commits, so the stream of events is ordered by the transaction first.
CREATE INDEX "task_events_settled" ON "task_events"("transaction_id", "id");

CREATE TABLE "task_output" (
  "id" BIGSERIAL PRIMARY KEY,
  "task_id" TEXT NOT NULL,
  "attempt" INTEGER NOT NULL,
  "stream" TEXT NOT NULL,
  "sequence" INTEGER NOT NULL,
  "message_id" TEXT NOT NULL,
  "data" TEXT NOT NULL,
  "dropped" JSONB,
  "at" BIGINT NOT NULL,
  CONSTRAINT "task_output_stream" CHECK ("stream" IN ('stdout','stderr') AND "sequence" >= 1)
);
CREATE UNIQUE INDEX "task_output_sequence" ON "task_output"("task_id", "attempt", "stream", "sequence");
CREATE INDEX "task_output_arrival" ON "task_output"("task_id", "attempt", "id");

-- Final reports that came too late for their attempt: nothing that was paid for is thrown away.
CREATE TABLE "late_reports" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "task_id" TEXT NOT NULL,
  "attempt" INTEGER NOT NULL,
  "worker_id" TEXT NOT NULL,
  "outcome" TEXT NOT NULL,
  "report" JSONB NOT NULL,
  "status" TEXT NOT NULL,
  "received_at" BIGINT NOT NULL,
  CONSTRAINT "late_reports_status" CHECK ("status" IN ('accepted','kept','adopted'))
);
CREATE INDEX "late_reports_task" ON "late_reports"("task_id", "attempt");

CREATE TABLE "checkpoints" (
  "task_id" TEXT NOT NULL,
  "attempt" INTEGER NOT NULL,
  "turn" INTEGER NOT NULL,
  "state" JSONB NOT NULL,
  "created_at" BIGINT NOT NULL,
  PRIMARY KEY ("task_id", "attempt", "turn"),
  CONSTRAINT "checkpoints_turn" CHECK ("turn" >= 1)
);

CREATE TABLE "compensations" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "task_id" TEXT NOT NULL,
  "attempt" INTEGER,
  "kind" TEXT NOT NULL,
  "target" TEXT NOT NULL,
  "reason" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "tries" INTEGER NOT NULL DEFAULT 0,
  "error" TEXT,
  "created_at" BIGINT NOT NULL,
  "finished_at" BIGINT,
  CONSTRAINT "compensations_status" CHECK ("status" IN ('registered','running','done','failed'))
);
CREATE INDEX "compensations_task" ON "compensations"("task_id", "created_at");

CREATE TABLE "incidents" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "cause" TEXT NOT NULL,
  "title" TEXT NOT NULL,
  "worker_id" TEXT,
  "host" TEXT,
  "owner" TEXT,
  "owned_at" BIGINT,
  "opened_at" BIGINT NOT NULL,
  "resolved_at" BIGINT
);
CREATE UNIQUE INDEX "incidents_worker_id_key" ON "incidents"("worker_id");
CREATE INDEX "incidents_opened" ON "incidents"("opened_at", "id");

CREATE TABLE "recovery_runs" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "trigger" TEXT NOT NULL,
  "dry_run" BOOLEAN NOT NULL DEFAULT false,
  "started_at" BIGINT NOT NULL,
  "finished_at" BIGINT NOT NULL,
  "workers_dead" INTEGER NOT NULL,
  "interrupted" INTEGER NOT NULL,
  "quarantined" INTEGER NOT NULL,
  "reassigned" INTEGER NOT NULL,
  "errors" JSONB NOT NULL DEFAULT '[]',
  "hints" JSONB NOT NULL DEFAULT '[]',
  CONSTRAINT "recovery_runs_trigger" CHECK ("trigger" IN ('boot','sweep','manual'))
);
CREATE INDEX "recovery_runs_started" ON "recovery_runs"("started_at", "id");

CREATE TABLE "operations" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "action" TEXT NOT NULL,
  "scope" JSONB NOT NULL,
  "reason" TEXT NOT NULL,
  "actor_name" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "total" INTEGER NOT NULL DEFAULT 0,
  "changed" INTEGER NOT NULL DEFAULT 0,
  "skipped" INTEGER NOT NULL DEFAULT 0,
  "failed" INTEGER NOT NULL DEFAULT 0,
  "position" TEXT,
  "created_at" BIGINT NOT NULL,
  "finished_at" BIGINT,
  CONSTRAINT "operations_status" CHECK ("status" IN ('running','done','aborted'))
);

-- One row: when the sweeper of any instance last ran. A gap in it is the server's own outage, not the workers'.
CREATE TABLE "ledger_clock" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "swept_at" BIGINT NOT NULL,
  CONSTRAINT "ledger_clock_single" CHECK ("id" = 1)
);

CREATE TABLE "tokens" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "name" TEXT NOT NULL,
  "role" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  "created_at" BIGINT NOT NULL,
  "revoked_at" BIGINT,
  CONSTRAINT "tokens_role" CHECK ("role" IN ('worker','viewer','operator','admin'))
);
CREATE UNIQUE INDEX "tokens_hash_key" ON "tokens"("hash");

-- Sign-ins of browsers; the id is the hash of the cookie.
CREATE TABLE "web_sessions" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "token_id" TEXT NOT NULL,
  "created_at" BIGINT NOT NULL,
  "expires_at" BIGINT NOT NULL,
  CONSTRAINT "web_sessions_token_id_fkey" FOREIGN KEY ("token_id") REFERENCES "tokens"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE FUNCTION "ledger_refuse"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation'; END $$;
-- Sealed is for ever, whoever asks: notes are events, so nothing ever needs to change such a row.
CREATE TRIGGER "task_history_sealed_row" BEFORE UPDATE ON "task_history" FOR EACH ROW WHEN (OLD."sealed_at" IS NOT NULL)
  EXECUTE FUNCTION "ledger_refuse"('sealed_task: a sealed task never changes');
-- The attempt number is the fencing token: going back would let a dead worker in again.
CREATE TRIGGER "task_history_attempt_grows" BEFORE UPDATE OF "attempt" ON "task_history" FOR EACH ROW WHEN (NEW."attempt" < OLD."attempt")
  EXECUTE FUNCTION "ledger_refuse"('fence_rejected: attempt numbers only grow');
CREATE TRIGGER "task_attempts_sealed_row" BEFORE UPDATE ON "task_attempts" FOR EACH ROW WHEN (OLD."finished_at" IS NOT NULL)
  EXECUTE FUNCTION "ledger_refuse"('sealed_task: an ended attempt never changes');
CREATE TRIGGER "task_events_append_only" BEFORE UPDATE ON "task_events" FOR EACH ROW
  EXECUTE FUNCTION "ledger_refuse"('history is only ever appended');
