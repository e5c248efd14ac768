-- Where alerts go, and the durable queue of what goes there.
CREATE TABLE "webhooks" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "name" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "url" TEXT NOT NULL,
  "events" TEXT NOT NULL,
  "enabled" BOOLEAN NOT NULL DEFAULT true,
  "secret" TEXT,
  "former_secret" TEXT,
  "former_until" BIGINT,
  "created_by" TEXT NOT NULL,
  "created_at" BIGINT NOT NULL,
  CONSTRAINT "webhooks_kind" CHECK ("kind" IN ('json','slack','email')),
  CONSTRAINT "webhooks_secret" CHECK (("kind" = 'json') = ("secret" IS NOT NULL))
);

CREATE TABLE "webhook_deliveries" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "webhook_id" TEXT NOT NULL REFERENCES "webhooks"("id") ON DELETE CASCADE,
  "event_key" TEXT NOT NULL,
  "event_type" TEXT NOT NULL,
  "data" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'pending',
  "tries" INTEGER NOT NULL DEFAULT 0,
  "next_at" BIGINT NOT NULL,
  "taken_until" BIGINT NOT NULL DEFAULT 0,
  "created_at" BIGINT NOT NULL,
  "tried_at" BIGINT,
  "duration_ms" INTEGER,
  "response_status" INTEGER,
  "response" TEXT,
  CONSTRAINT "webhook_deliveries_status" CHECK ("status" IN ('pending','delivered','dead')),
  CONSTRAINT "webhook_deliveries_tries" CHECK ("tries" >= 0)
);
-- What happened once is told once, whichever server saw it.
CREATE UNIQUE INDEX "webhook_deliveries_event" ON "webhook_deliveries"("webhook_id", "event_key");
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries"("next_at") WHERE "status" = 'pending';
CREATE INDEX "webhook_deliveries_list" ON "webhook_deliveries"("webhook_id", "created_at", "id");

-- One row: how far the history was read for alerts.
CREATE TABLE "alert_cursor" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "transaction_id" BIGINT NOT NULL,
  "event_id" BIGINT NOT NULL,
  CONSTRAINT "alert_cursor_single" CHECK ("id" = 1)
);
