-- Whether a task gets on: the newest checkpoint that it can resume from, and what the sweeper looks for every second.
ALTER TABLE "task_history" ADD COLUMN "checkpoint_turn" INTEGER;
-- Silence is counted from here on, when the ledger itself was away: nobody could report to it meanwhile.
ALTER TABLE "ledger_clock" ADD COLUMN "amnesty_at" BIGINT;
-- Partial: these follow what runs with a limit, and what a worker does not list, not the history.
CREATE INDEX "task_history_timed" ON "task_history"("id") WHERE "status" = 'running' AND "progress_timeout_ms" IS NOT NULL;
CREATE INDEX "task_attempts_unlisted" ON "task_attempts"("worker_id") WHERE "unlisted_at" IS NOT NULL AND "finished_at" IS NULL;
