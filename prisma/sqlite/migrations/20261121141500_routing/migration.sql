-- The tasks that wait for a worker with certain skills, and those that nobody can do: few, so their indexes stay small.
CREATE INDEX "task_history_skilled" ON "task_history"("id")
  WHERE "status" IN ('queued','assigned') AND "next_action" IS NULL AND "requires" <> '[]';
CREATE INDEX "task_history_unskilled" ON "task_history"("next_at", "id") WHERE "next_action" = 'abort';
