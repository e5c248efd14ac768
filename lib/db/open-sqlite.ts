/**
 * Invariant: one connection writes, and no transaction of it ever spans an await. Whatever is queued when the event
 * loop comes round is written in one BEGIN IMMEDIATE transaction, each round in a savepoint of its own, and answered
 * after its COMMIT. Reads have connections of their own and see committed rows only.
 */
import { TaskError } from '#lib/task/errors.ts'
import { openAside } from './aside.ts'
import { createJobs, failAll, type Job, planOf, type Round, settle, singles, takeRound } from './commit-queue.ts'
import { asked } from './common.ts'
import { type Connection, connectSqlite, sqlitePath } from './connect-sqlite.ts'
import { crashPoint } from './crash-point.ts'
import { openRecords } from './prisma.ts'
import { sqlite } from './sqlite.ts'
import { parametersOf, unpack } from './statement.ts'
import type { Clock, Database, OnRound, Plan, Result, Row, Transaction } from './types.ts'

/** Rounds that share one commit; more would keep reads and heartbeats waiting. */
const ROUNDS_MAX = 50

type Prepared = ReturnType<Connection['prepare']>

export function openSqlite(url: string, clock: Clock = Date.now, onRound?: OnRound): Database {
  const writer = connectSqlite(url)
  const reader = connectSqlite(url)
  const prepared = new Map<string, Prepared>()
  const readStatements = new Map<string, Prepared>()
  const aside = openAside(sqlitePath(url))
  const records = openRecords('sqlite', url)
  const queue: Job[] = []
  const listeners = new Set<(works: ReadonlySet<string>) => void>()
  let scheduled = false

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    setImmediate(flush)
  }

  function flush(): void {
    scheduled = false
    const done: { round: Round; results: Result<unknown>[] }[] = []
    try {
      writer.exec('BEGIN IMMEDIATE')
    } catch (error) {
      failAll(queue.splice(0), asUnavailable(error))
      return
    }
    const transaction = { now: clock() }
    const taken: Round[] = []
    try {
      for (let round = takeRound(queue); round; round = taken.length < ROUNDS_MAX ? takeRound(queue) : undefined) {
        taken.push(round)
        done.push(...attempt(round, transaction))
      }
      writer.exec('COMMIT')
    } catch (error) {
      if (writer.inTransaction) writer.exec('ROLLBACK')
      for (const round of taken) failAll(round.jobs, asUnavailable(error))
      done.length = 0
    }
    for (const { round, results } of done) {
      crashPoint(round.work.name, 'commit')
      settle(round, results)
      onRound?.(round.work.name, round.jobs.length)
    }
    const works = new Set(done.map(({ round }) => round.work.name))
    if (works.size > 0) for (const listener of listeners) listener(works)
    if (queue.length > 0) schedule()
  }

  /** A round that fails is undone to its savepoint and tried again one request at a time; the guilty one is rejected. */
  function attempt(round: Round, transaction: Transaction): { round: Round; results: Result<unknown>[] }[] {
    writer.exec('SAVEPOINT round')
    try {
      const results = drive(round.work.name, planOf(round, transaction), transaction)
      writer.exec('RELEASE round')
      return [{ round, results }]
    } catch (error) {
      writer.exec('ROLLBACK TO round')
      writer.exec('RELEASE round')
      if (round.jobs.length > 1) return singles(round).flatMap((single) => attempt(single, transaction))
      failAll(round.jobs, error)
      return []
    }
  }

  function drive<T>(workName: string, plan: Plan<T>, transaction: Transaction): T {
    let step = plan.next()
    while (!step.done) {
      const { statement } = step.value
      let rows: Row[]
      try {
        const { text, rows: data, common } = asked(step.value)
        const parameters = common === undefined ? [data, transaction.now] : [data, transaction.now, common]
        const found = prepare(prepared, writer, text).all(parameters) as Row[]
        rows = unpack(found, statement.packed(sqlite))
      } catch (error) {
        // A plan may have expected it; one that has not ends by it.
        step = plan.throw(error)
        continue
      }
      crashPoint(workName, statement.name)
      step = plan.next(rows)
    }
    return step.value
  }

  return {
    dialect: sqlite,
    url,
    records,
    write(work, requests) {
      const { jobs, results } = createJobs(work, requests)
      queue.push(...jobs)
      schedule()
      return results
    },
    async read(text, parameters = []) {
      return prepare(readStatements, reader, numbered(text)).all(parametersOf(parameters)) as Row[]
    },
    readAside: (text, parameters = []) => aside.read(numbered(text), parametersOf(parameters)),
    now: async () => clock(),
    onCommit(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      while (queue.length > 0) await new Promise(setImmediate)
      aside.close()
      await records.$disconnect()
      writer.close()
      reader.close()
    },
  }
}

function numbered(text: string): string {
  return text.replaceAll(/\$(\d+)/g, '?$1')
}

function prepare(cache: Map<string, Prepared>, connection: Connection, text: string): Prepared {
  const known = cache.get(text)
  if (known) return known
  // Filters make new texts; past this many the oldest is prepared anew rather than kept for ever.
  if (cache.size >= 500) cache.delete(cache.keys().next().value ?? '')
  const statement = connection.prepare(text)
  cache.set(text, statement)
  return statement
}

function asUnavailable(error: unknown): TaskError {
  return new TaskError('unavailable', `the database file cannot be written: ${message(error)}`)
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
