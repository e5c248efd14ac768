-- A heartbeat changes one row and nothing else: without an index on the expiry, and with room beside the row, it needs no
-- new entry in any index. Whoever looks for expired leases reads the live workers, of whom there are few.
DROP INDEX "workers_lease";
ALTER TABLE "workers" SET (fillfactor = 50);
