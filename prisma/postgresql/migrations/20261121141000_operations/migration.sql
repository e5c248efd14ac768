-- A bulk act: who ordered it and with what, when it may begin, and every task that it was frozen over.
ALTER TABLE "operations" ADD COLUMN "actor_kind" TEXT NOT NULL DEFAULT 'person';
ALTER TABLE "operations" ADD COLUMN "parameters" JSONB NOT NULL DEFAULT '{}';
ALTER TABLE "operations" ADD COLUMN "retry_of" TEXT;
ALTER TABLE "operations" ADD COLUMN "starts_at" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "operations" ADD COLUMN "started_at" BIGINT;
ALTER TABLE "operations" ADD COLUMN "aborted_by" TEXT;
CREATE INDEX "operations_created" ON "operations"("created_at", "id");
CREATE INDEX "operations_running" ON "operations"("starts_at") WHERE "status" = 'running';

-- What the task was when it was frozen: one that became something else since is left alone.
CREATE TABLE "operation_items" (
  "operation_id" TEXT NOT NULL,
  "place" INTEGER NOT NULL,
  "task_id" TEXT NOT NULL,
  "expected_status" TEXT,
  "expected_attempt" INTEGER,
  "result" TEXT NOT NULL DEFAULT 'pending',
  "code" TEXT,
  "detail" TEXT,
  "at" BIGINT,
  PRIMARY KEY ("operation_id", "place"),
  CONSTRAINT "operation_items_operation" FOREIGN KEY ("operation_id") REFERENCES "operations" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "operation_items_result" CHECK ("result" IN ('pending','changed','skipped','failed')
    AND ("code" IS NOT NULL) = ("result" IN ('skipped','failed')) AND ("at" IS NULL) = ("result" = 'pending'))
);
CREATE UNIQUE INDEX "operation_items_task" ON "operation_items"("operation_id", "task_id");
CREATE INDEX "operation_items_by_result" ON "operation_items"("operation_id", "result", "place");
