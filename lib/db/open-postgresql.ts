/**
 * Invariant: a round is one transaction on one connection, and its callers are answered after its COMMIT. A few rounds
 * run side by side, never two about the same thing; what arrives while all of them are busy shares the next one.
 */
import pg from 'pg'
import { TaskError } from '#lib/task/errors.ts'
import { createJobs, failAll, type Job, planOf, type Round, settle, singles, takeRound } from './commit-queue.ts'
import { poolOptions, unreachable } from './connect-postgresql.ts'
import { crashPoint } from './crash-point.ts'
import { postgresql } from './postgresql.ts'
import { openRecords } from './prisma.ts'
import { encode, parametersOf } from './statement.ts'
import type { Clock, Database, OnRound, Result, Row, Statement } from './types.ts'
import { listenForCommits } from './wake.ts'

const LANES = 4
/** For reads that may take long, apart from the others: however many there are, writes find a connection. */
const ASIDE_CONNECTIONS_MAX = 3
const ASIDE_LIMITS = '-c statement_timeout=15s -c default_transaction_read_only=on'
/** Two transactions that met in opposite orders: the database ended one of them, and it may simply go again. */
const TRY_AGAIN = new Set(['40P01', '40001'])
const TRIES_MAX = 6
/** A lock that was not given, a statement or a transaction that took too long. */
const TOOK_TOO_LONG = new Set(['55P03', '57014', '25P03'])

export async function openPostgresql(url: string, clock?: Clock, onRound?: OnRound): Promise<Database> {
  const options = poolOptions(url)
  const pool = new pg.Pool(options)
  const aside = new pg.Pool({ ...options, max: ASIDE_CONNECTIONS_MAX, options: `${options.options} ${ASIDE_LIMITS}` })
  // An idle connection that breaks is replaced by the pool; the next query says whether the database is really gone.
  for (const each of [pool, aside]) each.on('error', () => {})
  await pool.query('SELECT 1').catch(async (error: unknown) => {
    await Promise.all([pool.end(), aside.end()])
    throw unreachable(url, error)
  })
  const wake = await listenForCommits(url)
  const records = openRecords('postgresql', url)
  const queue: Job[] = []
  /** What rounds under way are about: the next one about the same waits for them, not beside them on a lock. */
  const busy = new Set<string>()
  let lanes = 0

  function schedule(): void {
    while (lanes < LANES && queue.length > 0) {
      const round = takeRound(queue, busy)
      if (!round) return
      lanes += 1
      // The whole of a burst is queued within one turn of the event loop; the first lane must not run off with one of it.
      void runLane(round)
    }
  }

  async function runLane(first: Round): Promise<void> {
    for (let round: Round | undefined = first; round; round = takeRound(queue, busy)) {
      for (const key of round.keys) busy.add(key)
      await attempt(round)
      for (const key of round.keys) busy.delete(key)
      schedule()
    }
    lanes -= 1
  }

  async function attempt(round: Round): Promise<void> {
    try {
      const results = await withTries(() => transact(round))
      settle(round, results)
      onRound?.(round.work.name, round.jobs.length)
      wake.committed(round.work.name)
    } catch (error) {
      if (round.jobs.length > 1 && !isConnectionLoss(error)) for (const single of singles(round)) await attempt(single)
      else failAll(round.jobs, explained(url, error))
    }
  }

  async function transact(round: Round): Promise<Result<unknown>[]> {
    const connection = await pool.connect()
    let broken = false
    // A connection that breaks tells its query; without a listener it would end the process as well.
    const onLoss = () => {
      broken = true
    }
    connection.on('error', onLoss)
    try {
      const transaction = { now: await begin(connection, clock) }
      const plan = planOf(round, transaction)
      let step = plan.next()
      while (!step.done) {
        const { statement, input } = step.value
        const text = statement.text(postgresql)
        // The server takes no parameter that the text does not name.
        const values = text.includes('$1') ? [encode(input, statement.columns(postgresql))] : []
        let rows: Row[]
        try {
          rows = (await connection.query<Row>({ name: nameOf(statement), text, values })).rows
        } catch (error) {
          // A plan may have expected it; one that has not ends by it.
          step = plan.throw(error)
          continue
        }
        crashPoint(round.work.name, statement.name)
        step = plan.next(rows)
      }
      await connection.query('COMMIT')
      crashPoint(round.work.name, 'commit')
      return step.value
    } catch (error) {
      await connection.query('ROLLBACK').catch(() => {
        broken = true
      })
      throw error
    } finally {
      connection.off('error', onLoss)
      connection.release(broken)
    }
  }

  async function readFrom(from: pg.Pool, text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    try {
      return (await from.query<Row>(text, parametersOf(parameters))).rows
    } catch (error) {
      throw explained(url, error)
    }
  }

  return {
    dialect: postgresql,
    url,
    records,
    write(work, requests) {
      const { jobs, results } = createJobs(work, requests)
      queue.push(...jobs)
      setImmediate(schedule)
      return results
    },
    read: (text, parameters) => readFrom(pool, text, parameters),
    readAside: (text, parameters) => readFrom(aside, text, parameters),
    async now() {
      if (clock) return clock()
      const [row] = await readFrom(pool, 'SELECT ledger_now_ms() AS now')
      return Number(row?.now)
    },
    onCommit: wake.onCommit,
    async close() {
      while (lanes > 0 || queue.length > 0) await new Promise(setImmediate)
      await records.$disconnect()
      await wake.close()
      await Promise.all([pool.end(), aside.end()])
    },
  }
}

/** The server keeps each statement under a name of its own, of 63 bytes; ours may share one, as kinds of the same step. */
const names = new Map<Statement, string>()

function nameOf(statement: Statement): string {
  const name = names.get(statement) ?? `${names.size} ${statement.name}`.slice(0, 60)
  names.set(statement, name)
  return name
}

/** One round trip opens the transaction and reads its instant; a test's clock is set for this transaction only. */
async function begin(connection: pg.PoolClient, clock?: Clock): Promise<number> {
  const setting = clock ? `SELECT set_config('rollcall.now_ms', '${Math.trunc(clock())}', true);` : ''
  const answers = await connection.query(`BEGIN; ${setting} SELECT ledger_now_ms() AS now`)
  // A text of several statements is answered by an array, which the types of pg do not tell.
  const last = (answers as unknown as pg.QueryResult<Row>[]).at(-1)
  return Number(last?.rows[0]?.now)
}

async function withTries<T>(transact: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transact()
    } catch (error) {
      if (tries === TRIES_MAX || !TRY_AGAIN.has(String((error as { code?: unknown }).code))) throw error
    }
  }
}

function isConnectionLoss(error: unknown): boolean {
  const code = String((error as { code?: unknown }).code ?? '')
  return (
    /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|08|57P)/.test(code) ||
    /Connection terminated|timeout exceeded when trying to connect|not queryable/.test(String(error))
  )
}

/** What stands between us and the database as one sentence; anything else as it is. */
function explained(url: string, error: unknown): unknown {
  if (isConnectionLoss(error)) return unreachable(url, error)
  if (!TOOK_TOO_LONG.has(String((error as { code?: unknown }).code))) return error
  const met = error instanceof Error ? error.message : ''
  return new TaskError(
    'unavailable',
    `PostgreSQL took too long (${met}): another session holds these rows, or it is overloaded; try again`,
  )
}
