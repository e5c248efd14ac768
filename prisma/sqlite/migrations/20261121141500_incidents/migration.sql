-- Incidents grow with their cause: one holds every worker that it ended, is looked after by somebody, and can be braked.
ALTER TABLE "incidents" ADD COLUMN "boot_id" TEXT;
ALTER TABLE "incidents" ADD COLUMN "merged_into" TEXT;
ALTER TABLE "incidents" ADD COLUMN "waves" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "incidents" ADD COLUMN "paced" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "incidents" ADD COLUMN "braked_at" BIGINT;
ALTER TABLE "incidents" ADD COLUMN "brake_reason" TEXT;
ALTER TABLE "incidents" ADD COLUMN "resolved_by" TEXT;
ALTER TABLE "incidents" ADD COLUMN "resolution" TEXT;
ALTER TABLE "incidents" ADD COLUMN "checked_at" BIGINT NOT NULL DEFAULT 0;
CREATE INDEX "incidents_unresolved" ON "incidents"("checked_at") WHERE "resolved_at" IS NULL;
CREATE INDEX "incidents_merged" ON "incidents"("merged_into") WHERE "merged_into" IS NOT NULL;

-- The end of a worker, judged once: its incident, how many tasks it held, and what each of them is charged.
CREATE TABLE "incident_workers" (
  "worker_id" TEXT NOT NULL PRIMARY KEY,
  "incident_id" TEXT NOT NULL,
  "held" INTEGER NOT NULL,
  "blame_ppm" INTEGER NOT NULL,
  "wave" INTEGER NOT NULL DEFAULT 0,
  "follows" TEXT,
  "ended_at" BIGINT NOT NULL,
  "refunded_at" BIGINT,
  CONSTRAINT "incident_workers_blame" CHECK ("blame_ppm" BETWEEN 0 AND 1000000 AND "held" >= 0)
);
CREATE INDEX "incident_workers_incident" ON "incident_workers"("incident_id");
-- Those whose charge may still turn out to be none of their tasks' fault.
CREATE INDEX "incident_workers_charged" ON "incident_workers"("ended_at") WHERE "blame_ppm" > 0 AND "refunded_at" IS NULL;
INSERT INTO "incident_workers" ("worker_id", "incident_id", "held", "blame_ppm", "ended_at")
  SELECT "worker_id", "id", 1, 0, "opened_at" FROM "incidents" WHERE "worker_id" IS NOT NULL;

-- The storm in which a worker was given up, and whether somebody says that its host was rebooted.
ALTER TABLE "workers" ADD COLUMN "storm_at" BIGINT;
ALTER TABLE "workers" ADD COLUMN "rebooted" BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX "workers_died" ON "workers"("ended_at") WHERE "state" = 'dead';
CREATE INDEX "workers_host" ON "workers"("host", "registered_at");
CREATE INDEX "workers_host_live" ON "workers"("host", "registered_at") WHERE "state" IN ('alive','draining');
ALTER TABLE "task_attempts" ADD COLUMN "blame_ppm" INTEGER NOT NULL DEFAULT 0;

-- One row, which all instances lock while they judge ends together: the storm that blows, if one does.
CREATE TABLE "recovery_state" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "storm_at" BIGINT,
  "storm_paced_at" BIGINT,
  CONSTRAINT "recovery_state_single" CHECK ("id" = 1)
);

CREATE TABLE "recovery_pauses" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "reason" TEXT NOT NULL,
  "actor_name" TEXT NOT NULL,
  "started_at" BIGINT NOT NULL,
  "until_at" BIGINT NOT NULL,
  "ended_at" BIGINT,
  "ended_by" TEXT,
  CONSTRAINT "recovery_pauses_end" CHECK ("until_at" > "started_at")
);
CREATE INDEX "recovery_pauses_started" ON "recovery_pauses"("started_at", "id");
-- One pause at a time.
CREATE UNIQUE INDEX "recovery_pauses_active" ON "recovery_pauses"(("ended_at" IS NULL)) WHERE "ended_at" IS NULL;

ALTER TABLE "recovery_runs" ADD COLUMN "waiting" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "recovery_runs" ADD COLUMN "suspects" INTEGER NOT NULL DEFAULT 0;

-- What happens to an incident is history as well; events of its tasks are found by their task.
ALTER TABLE "task_events" ADD COLUMN "incident_id" TEXT;
CREATE INDEX "task_events_incident" ON "task_events"("incident_id", "id") WHERE "incident_id" IS NOT NULL;
