-- Who did what: each entry holds the hash of the one before, and the head says where the chain ends.
CREATE TABLE "audit_log" (
  "seq" BIGINT NOT NULL PRIMARY KEY,
  "at" BIGINT NOT NULL,
  "actor_kind" TEXT NOT NULL,
  "actor_name" TEXT NOT NULL,
  "actor_role" TEXT NOT NULL,
  "actor_id" TEXT,
  "via" TEXT NOT NULL,
  "action" TEXT NOT NULL,
  "target_kind" TEXT,
  "target_id" TEXT,
  "before" TEXT,
  "after" TEXT,
  "reason" TEXT,
  "request_id" TEXT,
  "result" TEXT NOT NULL,
  "detail" TEXT,
  "previous_hash" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  CONSTRAINT "audit_log_seq" CHECK ("seq" > 0),
  CONSTRAINT "audit_log_via" CHECK ("via" IN ('web','api','cli','system')),
  CONSTRAINT "audit_log_hash" CHECK (length("hash") = 64 AND length("previous_hash") = 64)
);
CREATE INDEX "audit_log_target" ON "audit_log"("target_id", "seq") WHERE "target_id" IS NOT NULL;
CREATE INDEX "audit_log_actor" ON "audit_log"("actor_name", "seq");

-- One row, which every writer of the log locks last: all instances make one chain.
CREATE TABLE "audit_head" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "seq" BIGINT NOT NULL,
  "hash" TEXT NOT NULL,
  "pruned_seq" BIGINT NOT NULL DEFAULT 0,
  "pruned_hash" TEXT NOT NULL,
  CONSTRAINT "audit_head_single" CHECK ("id" = 1),
  CONSTRAINT "audit_head_order" CHECK ("pruned_seq" <= "seq")
);

CREATE TRIGGER "audit_log_append_only" BEFORE UPDATE ON "audit_log" FOR EACH ROW
  EXECUTE FUNCTION "ledger_refuse"('the audit log is only ever appended');
-- Only what the head says is pruned may go: the beginning of the chain, whose last hash the head keeps.
CREATE FUNCTION "audit_refuse_delete"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."seq" > (SELECT "pruned_seq" FROM "audit_head") THEN
    RAISE EXCEPTION 'the audit log is only ever pruned from its beginning' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER "audit_log_prefix_only" BEFORE DELETE ON "audit_log" FOR EACH ROW
  EXECUTE FUNCTION "audit_refuse_delete"();
CREATE TRIGGER "audit_log_no_truncate" BEFORE TRUNCATE ON "audit_log" FOR EACH STATEMENT
  EXECUTE FUNCTION "ledger_refuse"('the audit log is only ever pruned from its beginning');
CREATE TRIGGER "audit_head_grows" BEFORE UPDATE ON "audit_head" FOR EACH ROW
  WHEN (NEW."seq" < OLD."seq" OR NEW."pruned_seq" < OLD."pruned_seq")
  EXECUTE FUNCTION "ledger_refuse"('the head of the audit log never goes back');
