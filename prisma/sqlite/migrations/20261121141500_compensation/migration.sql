-- What a person holds back, and when the undoing of side effects began.
ALTER TABLE "task_history" ADD COLUMN "held_at" BIGINT;
ALTER TABLE "task_history" ADD COLUMN "compensating_since" BIGINT;

-- A step's id is minted by whoever registers it: unique within its task. Its position is the order of registration,
-- which instants are too coarse for. A step may be carried out by a task of its own.
CREATE TABLE "compensations_new" (
  "task_id" TEXT NOT NULL,
  "id" TEXT NOT NULL,
  "position" INTEGER NOT NULL DEFAULT 1,
  "attempt" INTEGER,
  "kind" TEXT NOT NULL,
  "target" TEXT NOT NULL,
  "reason" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "tries" INTEGER NOT NULL DEFAULT 0,
  "error" TEXT,
  "runner_task_id" TEXT,
  "created_at" BIGINT NOT NULL,
  "finished_at" BIGINT,
  PRIMARY KEY ("task_id", "id"),
  CONSTRAINT "compensations_status" CHECK ("status" IN ('registered','running','done','failed')),
  CONSTRAINT "compensations_finished" CHECK (("finished_at" IS NOT NULL) = ("status" IN ('done','failed')))
);
INSERT INTO "compensations_new" ("task_id", "id", "position", "attempt", "kind", "target", "reason", "status", "tries",
  "error", "created_at", "finished_at")
SELECT "task_id", "id", ROW_NUMBER() OVER (PARTITION BY "task_id" ORDER BY "created_at", "id"), "attempt", "kind",
  "target", "reason", "status", "tries", "error", "created_at", "finished_at" FROM "compensations";
DROP TABLE "compensations";
ALTER TABLE "compensations_new" RENAME TO "compensations";
CREATE UNIQUE INDEX "compensations_position" ON "compensations"("task_id", "position");
CREATE INDEX "compensations_runner" ON "compensations"("runner_task_id") WHERE "status" = 'running' AND "runner_task_id" IS NOT NULL;
