-- What a person holds back, and when the undoing of side effects began.
ALTER TABLE "task_history" ADD COLUMN "held_at" BIGINT, ADD COLUMN "compensating_since" BIGINT;

-- A step's id is minted by whoever registers it: unique within its task. Its position is the order of registration,
-- which instants are too coarse for. A step may be carried out by a task of its own.
ALTER TABLE "compensations" ADD COLUMN "position" INTEGER NOT NULL DEFAULT 1, ADD COLUMN "runner_task_id" TEXT;
UPDATE "compensations" AS k SET "position" = n."position" FROM (SELECT "id", ROW_NUMBER() OVER (
  PARTITION BY "task_id" ORDER BY "created_at", "id") AS "position" FROM "compensations") AS n WHERE n."id" = k."id";
ALTER TABLE "compensations" DROP CONSTRAINT "compensations_pkey", ADD PRIMARY KEY ("task_id", "id"),
  ADD CONSTRAINT "compensations_finished" CHECK (("finished_at" IS NOT NULL) = ("status" IN ('done','failed')));
DROP INDEX "compensations_task";
CREATE UNIQUE INDEX "compensations_position" ON "compensations"("task_id", "position");
CREATE INDEX "compensations_runner" ON "compensations"("runner_task_id") WHERE "status" = 'running' AND "runner_task_id" IS NOT NULL;
