/** A server with a database of its own for a file of tests, callers of every role, and the steps that most tests begin with. */
import { afterAll, beforeAll } from 'vitest'
import type { Row } from '#lib/db/types.ts'
import type { CreateTask, RegisterWorker } from '#lib/task/commands.ts'
import type { Role, Task, Token, Worker } from '#lib/task/schema.ts'
import { type Client, createClient } from '#lib/worker/client.ts'
import { eventually } from './eventually.ts'
import { freshId, type Ref, taskOf, workerOf } from './factories.ts'
import { connectByHand, type DialectName, makeDatabase, snapshot, TABLES } from './ledger.ts'
import { type Server, type ServerOptions, startServer } from './server.ts'

/** Nothing happens by itself: nobody dies of silence, no sweep comes by, and what was interrupted stays so. */
const LEASE_MS = 3_600_000
const STILL = { ROLLCALL_SWEEP_MS: '600000', ROLLCALL_REASSIGN_AFTER_MS: '86400000' }
/** What writes itself: the clock, who asked for what, and how far the history was read. */
const BOOKS: readonly string[] = ['ledger_clock', 'audit_head', 'audit_log', 'alert_cursor', 'rollups', 'rollup_cursor']
const WORK = TABLES.filter((table) => !BOOKS.includes(table))

export interface Minted {
  readonly token: Token
  readonly secret: string
}

export interface Begun {
  readonly task: Task
  readonly worker: Worker
  readonly ref: Ref
}

export interface Stage {
  readonly server: Server
  readonly admin: Client
  as(secret: string): Client
  mint(role: Role): Promise<Minted>
  /** Registers a worker in the name of whoever calls; the admin, unless it is said. */
  hire(changes?: Partial<RegisterWorker>, client?: Client): Promise<Worker>
  create(changes?: Partial<CreateTask>): Promise<Task>
  /** A task under way, with its worker. */
  begin(changes?: Partial<CreateTask>, worker?: Worker): Promise<Begun>
  /** A statement typed by hand, past the server. */
  sql(text: string, parameters?: readonly unknown[]): Promise<Row[]>
  /** Every row there is, to be compared before and after, once nothing is under way. */
  everything(): Promise<Record<string, Row[]>>
}

/** Runs one server for the suite around it. */
export function openStage(
  dialect: DialectName = 'sqlite',
  options: Omit<ServerOptions, 'databaseUrl'> = {},
): () => Stage {
  let stage: Stage | undefined
  let close: (() => Promise<void>) | undefined
  beforeAll(async () => {
    const place = await makeDatabase(dialect)
    const server = await startServer({ ...options, databaseUrl: place.url, env: { ...STILL, ...options.env } })
    const byHand = connectByHand(dialect, place.url)
    stage = toStage(server, byHand.sql)
    close = async () => {
      await server.stop()
      await byHand.close()
      await place.remove()
    }
  })
  afterAll(() => close?.())
  return () => {
    if (!stage) throw new Error('the stage is for tests, not for the suite around them')
    return stage
  }
}

export function toStage(server: Server, sql: Stage['sql'] = noSql): Stage {
  const as = (secret: string) => createClient({ url: server.url, token: secret })
  const admin = as(server.adminToken)
  const hire: Stage['hire'] = async (changes = {}, client = admin) =>
    (await client.call('registerWorker', workerOf({ leaseMs: LEASE_MS, ...changes }))).worker
  const create: Stage['create'] = async (changes = {}) => (await admin.call('createTask', taskOf(changes))).task
  return {
    server,
    admin,
    as,
    mint: (role) => admin.call('createToken', { name: freshId(role), role }),
    hire,
    create,
    async begin(changes = {}, worker) {
      const holder = worker ?? (await hire())
      const task = await create({ start: { workerId: holder.id }, ...changes })
      return { task, worker: holder, ref: { taskId: task.id, workerId: holder.id, attempt: 1 } }
    },
    sql,
    everything: async () => {
      await eventually('no worker that died is waiting for its recovery', () => allRecovered(sql))
      return snapshot({ sql }, WORK)
    },
  }
}

async function allRecovered(sql: Stage['sql']): Promise<boolean> {
  const waiting = await sql(`SELECT id FROM workers WHERE state = 'dead' AND recovered_at IS NULL`)
  return waiting.length === 0
}

async function noSql(): Promise<never> {
  throw new Error('this stage has no connection to its database')
}
