-- What pages look for in a ledger with a long past. Partial where that keeps them small: most tasks have ended well.
CREATE INDEX "task_history_open_status" ON "task_history"("status", "created_at", "id") WHERE "sealed_at" IS NULL;
CREATE INDEX "task_history_sealed_status" ON "task_history"("status", "sealed_at") WHERE "sealed_at" IS NOT NULL;
CREATE INDEX "task_history_user" ON "task_history"("user", "created_at", "id") WHERE "user" IS NOT NULL;
CREATE INDEX "task_history_issue" ON "task_history"("issue_number", "created_at", "id") WHERE "issue_number" IS NOT NULL;
CREATE INDEX "task_history_errors" ON "task_history"("created_at", "id") WHERE "error_class" IS NOT NULL;
CREATE INDEX "workers_name" ON "workers"("name");
