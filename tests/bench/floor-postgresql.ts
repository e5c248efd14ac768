/** The raw driver on PostgreSQL: prepared statements over arrays, several connections at once. */
import pg from 'pg'
import { poolOptions } from '#lib/db/connect-postgresql.ts'
import { migrate } from '#lib/db/migrate.ts'
import type { Contestant } from './contest.ts'
import { FLOOR, type FloorStatement, type FloorStatementName } from './floor-statements.ts'
import { lifecycle, type Write } from './floor-writes.ts'
import { together } from './ours.ts'

const WORKER_ID = 'worker-1'

export interface PostgresqlFloor {
  /** In one transaction. */
  commit(writes: readonly Write[]): Promise<void>
  /** Each of `callers` does `batches` times `size` lifecycles on a connection of its own. */
  lifecycles(size: number, callers: number, batches: number): Contestant
  close(): Promise<void>
}

export async function openPostgresqlFloor(url: string): Promise<PostgresqlFloor> {
  await migrate(url)
  const pool = new pg.Pool(poolOptions(url))

  async function commit(writes: readonly Write[]): Promise<void> {
    const connection = await pool.connect()
    try {
      await connection.query('BEGIN')
      for (const { statement, rows } of writes) {
        const values = Object.keys(FLOOR[statement].columns).map((_, column) => rows.map((row) => row[column]))
        await connection.query({ name: statement, text: TEXTS[statement], values })
      }
      await connection.query('COMMIT')
    } finally {
      connection.release()
    }
  }

  return {
    commit,
    lifecycles(size, callers, batches) {
      async function caller(): Promise<void> {
        for (let batch = 0; batch < batches; batch += 1) {
          for (const writes of lifecycle(size, WORKER_ID)) await commit(writes())
        }
      }
      const name = size === 1 ? 'raw driver, a commit each' : `raw driver, ${size} a commit`
      return { name, round: () => together(callers, caller, batches * size) }
    },
    close: () => pool.end(),
  }
}

function textOf({ table, columns, update }: FloorStatement): string {
  const names = Object.keys(columns)
  const arrays = Object.values(columns).map((type, index) => `$${index + 1}::${type}[]`)
  const rows = `unnest(${arrays.join(', ')}) AS c(${names.join(', ')})`
  if (!update) return `INSERT INTO ${table} (${names.join(', ')}) SELECT * FROM ${rows}`
  return `UPDATE ${table} AS t SET ${update.set} FROM ${rows} WHERE ${update.where}`
}

const TEXTS = Object.fromEntries(Object.entries(FLOOR).map(([name, statement]) => [name, textOf(statement)])) as Record<
  FloorStatementName,
  string
>
