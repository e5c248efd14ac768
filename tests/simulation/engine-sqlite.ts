import Libsql from 'libsql'
import { readMigrations } from '#lib/db/migrations.ts'
import { sqlite } from '#lib/db/sqlite.ts'
import { encode, parametersOf, unpack } from '#lib/db/statement.ts'
import type { Plan, Row, Statement, Transaction } from '#lib/db/types.ts'
import { asWritten, type Engine, type Passed, type Rewrite } from './engine.ts'

/** In memory: twenty thousand schedules are about the order of things, not about the disk. */
export function openSqliteEngine(rewrite: Rewrite = asWritten): Engine {
  const connection = new Libsql(':memory:')
  for (const { sql } of readMigrations('prisma/sqlite/migrations')) connection.exec(sql)
  connection.exec('PRAGMA foreign_keys = ON')
  connection.exec('PRAGMA temp_store = MEMORY')
  const statements = new Map<Statement, Prepared>()
  const reads = new Map<string, Prepared>()
  const counter = connection.prepare('SELECT total_changes() AS changes')
  let changes = -1
  connection.exec('BEGIN')

  function prepared<Key>(cache: Map<Key, Prepared>, key: Key, text: () => string): Prepared {
    const made = cache.get(key) ?? connection.prepare(text())
    cache.set(key, made)
    return made
  }

  function drive<T>(plan: Plan<T>, { now }: Transaction, passed: Passed): T {
    let step = plan.next()
    while (!step.done) {
      const { statement, input } = step.value
      const query = prepared(statements, statement, () => rewrite(statement, statement.text(sqlite)))
      const found = query.all([encode(input, statement.columns(sqlite)), now]) as Row[]
      const rows = unpack(found, statement.packed(sqlite))
      passed(statement.name)
      step = plan.next(rows)
    }
    return step.value
  }

  return {
    dialect: sqlite,
    transact(now, plan, passed) {
      const transaction = { now }
      connection.exec('SAVEPOINT ledger')
      try {
        const value = drive(plan(transaction), transaction, passed)
        connection.exec('RELEASE ledger')
        return value
      } catch (error) {
        connection.exec('ROLLBACK TO ledger')
        connection.exec('RELEASE ledger')
        throw error
      }
    },
    read: (_now, text, parameters) =>
      prepared(reads, text, () => text.replaceAll(/\$(\d+)/g, '?$1')).all(parametersOf(parameters)) as Row[],
    changed() {
      const [row] = counter.all([]) as Row[]
      const before = changes
      changes = Number(row?.changes)
      return changes !== before
    },
    reset() {
      connection.exec('ROLLBACK')
      connection.exec('BEGIN')
    },
    close() {
      connection.close()
    },
  }
}

type Prepared = ReturnType<InstanceType<typeof Libsql>['prepare']>
