-- A heartbeat changes one row and nothing else: without an index on the expiry it writes to no index. Whoever looks for
-- expired leases reads the live workers, of whom there are few.
DROP INDEX "workers_lease";
