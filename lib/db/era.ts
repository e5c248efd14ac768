/**
 * Numbers of transactions on PostgreSQL, by which the history is read in the order of its commits.
 *
 * Invariant: every number that is given out from now on is above all that were. The cluster counts them, and a ledger may
 * have been restored from another one that had counted further.
 */
import type pg from 'pg'

/** For places that readers remember from after the backup: pages go on from where they were. */
const AHEAD = 1_000_000_000n

const NUMBERS = `SELECT "ledger_era"()::TEXT AS era,
    (pg_snapshot_xmax(pg_current_snapshot())::TEXT::BIGINT + "ledger_era"())::TEXT AS next,
    GREATEST((SELECT MAX(transaction_id) FROM task_events), (SELECT MAX(transaction_id) FROM alert_cursor),
      (SELECT MAX(transaction_id) FROM rollup_cursor), 0)::TEXT AS known`

/** To be called while no server of this ledger writes: before it, or under the lock of the migrations. */
export async function moveEra(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ made: boolean }>(`SELECT to_regproc('ledger_era') IS NOT NULL AS made`)
  if (!rows[0]?.made) return
  const [row] = (await client.query<{ era: string; next: string; known: string }>(NUMBERS)).rows
  if (!row) return
  const { era, next, known } = { era: BigInt(row.era), next: BigInt(row.next), known: BigInt(row.known) }
  if (known < next) return
  const moved = era + (known - next) + AHEAD
  await client.query(
    `CREATE OR REPLACE FUNCTION "ledger_era"() RETURNS BIGINT LANGUAGE sql IMMUTABLE AS 'SELECT ${moved}::BIGINT'`,
  )
}
