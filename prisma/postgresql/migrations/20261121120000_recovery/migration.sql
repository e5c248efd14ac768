-- What recovery needs to remember of a task: blame, suspicion, the worker to avoid, what to resume from, its predecessor.
ALTER TABLE "task_history"
  ADD COLUMN "blame_ppm" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "suspect" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "excluded_worker_id" TEXT,
  ADD COLUMN "assigned_at" BIGINT,
  ADD COLUMN "resume_from" JSONB,
  ADD COLUMN "resumes_used" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "wait_reason" TEXT,
  ADD COLUMN "predecessor_id" TEXT,
  DROP CONSTRAINT "task_history_next",
  ADD CONSTRAINT "task_history_next" CHECK ("next_action" IS NULL OR ("sealed_at" IS NULL
    AND "next_action" IN ('reassign','resume','hold','fail','compensate','quarantine','abort'))),
  DROP CONSTRAINT "task_history_budgets",
  ADD CONSTRAINT "task_history_budgets" CHECK ("attempt" >= 0 AND "max_retries" >= 0 AND "max_interruptions" >= 0
    AND "retries_used" BETWEEN 0 AND "max_retries"
    AND "interruptions" >= 0 AND "blame_ppm" >= 0 AND "resumes_used" >= 0);
UPDATE "task_history" SET "blame_ppm" = "interruptions" * 1000000,
  "assigned_at" = CASE WHEN "status" = 'assigned' THEN "updated_at" END WHERE "sealed_at" IS NULL;
CREATE INDEX "task_history_predecessor" ON "task_history"("predecessor_id") WHERE "predecessor_id" IS NOT NULL;
CREATE INDEX "task_history_assigned" ON "task_history"("assigned_at") WHERE "status" = 'assigned';

ALTER TABLE "task_attempts" ADD COLUMN "isolated" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "task_attempts" ADD COLUMN "unlisted_at" BIGINT;
ALTER TABLE "task_attempts" ADD COLUMN "silent_at" BIGINT;
ALTER TABLE "task_attempts" ADD COLUMN "resumed_from" JSONB;

-- A message id is minted by its worker: unique within its attempt, not in the world.
ALTER TABLE "late_reports" DROP CONSTRAINT "late_reports_pkey", ADD PRIMARY KEY ("task_id", "attempt", "id");
DROP INDEX "late_reports_task";
