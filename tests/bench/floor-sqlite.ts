/** The raw driver on SQLite, with the settings of the ledger: prepared statements in a loop, in BEGIN IMMEDIATE. */

import { connectSqlite } from '#lib/db/connect-sqlite.ts'
import { migrate } from '#lib/db/migrate.ts'
import type { Contestant } from './contest.ts'
import { FLOOR, type FloorStatement, type FloorStatementName } from './floor-statements.ts'
import { lifecycle, startsAtOnce, type Write } from './floor-writes.ts'
import { newTasks } from './work.ts'

const WORKER_ID = 'worker-1'

export interface SqliteFloor {
  /** In one transaction. */
  commit(writes: readonly Write[]): void
  /** `size` tasks share each commit: create, start, finish, three commits. */
  lifecycles(size: number, operations: number): Contestant
  /** `size` tasks share each commit, running when it is over. */
  starts(size: number, operations: number): Contestant
  close(): void
}

export async function openSqliteFloor(url: string): Promise<SqliteFloor> {
  await migrate(url)
  const connection = connectSqlite(url)
  const names = Object.keys(FLOOR) as FloorStatementName[]
  const prepared = new Map(names.map((name) => [name, connection.prepare(textOf(FLOOR[name]))]))

  function commit(writes: readonly Write[]): void {
    connection.exec('BEGIN IMMEDIATE')
    for (const { statement, rows } of writes) {
      const run = prepared.get(statement)
      for (const row of rows) run?.run([...row])
    }
    connection.exec('COMMIT')
  }

  function contestant(size: number, operations: number, transactions: () => readonly (() => Write[])[]): Contestant {
    return {
      name: size === 1 ? 'raw driver, a commit each' : `raw driver, ${size} a commit`,
      async round() {
        for (let done = 0; done < operations; done += size) for (const writes of transactions()) commit(writes())
        return operations
      },
    }
  }

  return {
    commit,
    lifecycles: (size, operations) => contestant(size, operations, () => lifecycle(size, WORKER_ID)),
    starts: (size, operations) => contestant(size, operations, () => [() => startsAtOnce(newTasks(size), WORKER_ID)]),
    close: () => void connection.close(),
  }
}

function textOf({ table, columns, update }: FloorStatement): string {
  const names = Object.keys(columns)
  if (!update) {
    const places = names.map((_, index) => `?${index + 1}`)
    return `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places.join(', ')})`
  }
  const text = `UPDATE ${table} AS t SET ${update.set} WHERE ${update.where}`
  return text.replaceAll(/\bc\.(\w+)/g, (_, name: string) => `?${names.indexOf(name) + 1}`)
}
