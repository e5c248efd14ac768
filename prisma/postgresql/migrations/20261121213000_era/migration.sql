-- Events carry the number of their transaction, and readers of the history go by it. The cluster gives these numbers out:
-- restored into another one, a ledger would have events from the future, and no new event would ever come after them.
-- So each number is the cluster's own and the era's, which a server moves on at its start where that is needed.

CREATE FUNCTION "ledger_era"() RETURNS BIGINT LANGUAGE sql IMMUTABLE AS 'SELECT 0::BIGINT';

CREATE FUNCTION "ledger_transaction"() RETURNS BIGINT LANGUAGE sql VOLATILE AS
  'SELECT pg_current_xact_id()::TEXT::BIGINT + "ledger_era"()';

-- Below it no transaction is under way, and none will be.
CREATE FUNCTION "ledger_settled"() RETURNS BIGINT LANGUAGE sql STABLE AS
  'SELECT pg_snapshot_xmin(pg_current_snapshot())::TEXT::BIGINT + "ledger_era"()';

ALTER TABLE "task_events" ALTER COLUMN "transaction_id" SET DEFAULT "ledger_transaction"();
