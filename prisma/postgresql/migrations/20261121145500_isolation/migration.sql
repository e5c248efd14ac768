-- Attempts that run alone are few: whether a worker has one is asked at each of its claims.
CREATE INDEX "task_attempts_isolated" ON "task_attempts"("worker_id") WHERE "isolated" AND "finished_at" IS NULL;
