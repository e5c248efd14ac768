-- What recovery needs to remember of a task: blame, suspicion, the worker to avoid, what to resume from, its predecessor.
-- SQLite cannot change a CHECK in place, so the table is made anew; the one writer is this migration.
CREATE TABLE "task_history_new" (
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
  "cost_usd" REAL,
  "tokens_in" BIGINT,
  "tokens_out" BIGINT,
  "turns" INTEGER,
  "artifacts" JSONB,
  "side_effects" BOOLEAN NOT NULL DEFAULT false,
  "blame_ppm" INTEGER NOT NULL DEFAULT 0,
  "suspect" BOOLEAN NOT NULL DEFAULT false,
  "excluded_worker_id" TEXT,
  "assigned_at" BIGINT,
  "resume_from" JSONB,
  "resumes_used" INTEGER NOT NULL DEFAULT 0,
  "wait_reason" TEXT,
  "predecessor_id" TEXT,
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
    AND "next_action" IN ('reassign','resume','hold','fail','compensate','quarantine','abort'))),
  CONSTRAINT "task_history_budgets" CHECK ("attempt" >= 0 AND "max_retries" >= 0 AND "max_interruptions" >= 0
    AND "retries_used" BETWEEN 0 AND "max_retries"
    AND "interruptions" >= 0 AND "blame_ppm" >= 0 AND "resumes_used" >= 0)
);
INSERT INTO "task_history_new" ("id", "correlation_id", "title", "repo", "issue_number", "user", "agent", "agent_type",
  "model", "provider", "payload", "labels", "requires", "priority", "status", "phase",
  "sealed_at", "attempt", "worker_id", "retries_used", "max_retries", "interruptions", "max_interruptions", "not_before",
  "cancel_requested_at", "next_action", "next_at", "next_reason", "strategy", "progress_timeout_ms", "incident_id", "reassigned_from",
  "created_at", "started_at", "interrupted_at", "finished_at", "updated_at", "reason", "error_class", "error_message",
  "exit_code", "cost_usd", "tokens_in", "tokens_out", "turns", "artifacts", "side_effects", "blame_ppm", "assigned_at")
SELECT "id", "correlation_id", "title", "repo", "issue_number", "user", "agent", "agent_type",
  "model", "provider", "payload", "labels", "requires", "priority", "status", "phase",
  "sealed_at", "attempt", "worker_id", "retries_used", "max_retries", "interruptions", "max_interruptions", "not_before",
  "cancel_requested_at", "next_action", "next_at", "next_reason", "strategy", "progress_timeout_ms", "incident_id", "reassigned_from",
  "created_at", "started_at", "interrupted_at", "finished_at", "updated_at", "reason", "error_class", "error_message",
  "exit_code", "cost_usd", "tokens_in", "tokens_out", "turns", "artifacts", "side_effects", "interruptions" * 1000000, CASE WHEN "status" = 'assigned' THEN "updated_at" END
FROM "task_history";
DROP TABLE "task_history";
ALTER TABLE "task_history_new" RENAME TO "task_history";
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
CREATE INDEX "task_history_predecessor" ON "task_history"("predecessor_id") WHERE "predecessor_id" IS NOT NULL;
CREATE INDEX "task_history_assigned" ON "task_history"("assigned_at") WHERE "status" = 'assigned';
-- Sealed is for ever, whoever asks: notes are events, so nothing ever needs to change such a row.
CREATE TRIGGER "task_history_sealed_row" BEFORE UPDATE ON "task_history" WHEN OLD."sealed_at" IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'sealed_task: a sealed task never changes'); END;
-- The attempt number is the fencing token: going back would let a dead worker in again.
CREATE TRIGGER "task_history_attempt_grows" BEFORE UPDATE OF "attempt" ON "task_history" WHEN NEW."attempt" < OLD."attempt"
BEGIN SELECT RAISE(ABORT, 'fence_rejected: attempt numbers only grow'); END;

ALTER TABLE "task_attempts" ADD COLUMN "isolated" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "task_attempts" ADD COLUMN "unlisted_at" BIGINT;
ALTER TABLE "task_attempts" ADD COLUMN "silent_at" BIGINT;
ALTER TABLE "task_attempts" ADD COLUMN "resumed_from" JSONB;

-- A message id is minted by its worker: unique within its attempt, not in the world.
CREATE TABLE "late_reports_new" (
  "id" TEXT NOT NULL,
  "task_id" TEXT NOT NULL,
  "attempt" INTEGER NOT NULL,
  "worker_id" TEXT NOT NULL,
  "outcome" TEXT NOT NULL,
  "report" JSONB NOT NULL,
  "status" TEXT NOT NULL,
  "received_at" BIGINT NOT NULL,
  PRIMARY KEY ("task_id", "attempt", "id"),
  CONSTRAINT "late_reports_status" CHECK ("status" IN ('accepted','kept','adopted'))
);
INSERT INTO "late_reports_new" SELECT "id", "task_id", "attempt", "worker_id", "outcome", "report", "status", "received_at" FROM "late_reports";
DROP TABLE "late_reports";
ALTER TABLE "late_reports_new" RENAME TO "late_reports";
