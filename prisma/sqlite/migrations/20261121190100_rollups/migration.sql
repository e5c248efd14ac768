-- How many tasks came to what in which span of time, counted once from the history, so that no chart reads the history.
CREATE TABLE "rollups" (
  "span_ms" BIGINT NOT NULL,
  "bucket" BIGINT NOT NULL,
  "outcome" TEXT NOT NULL,
  "count" BIGINT NOT NULL,
  PRIMARY KEY ("span_ms", "bucket", "outcome")
);

-- Up to where the history is counted: one row, which moves in the transaction that counts.
CREATE TABLE "rollup_cursor" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "transaction_id" BIGINT NOT NULL,
  "event_id" BIGINT NOT NULL
);
