/** Servers that are killed at a named point between two writes, and what the tables hold afterwards. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { Row } from '#lib/db/types.ts'
import { isGone, readIdentity, startTimeOf } from '#lib/process.ts'
import type { RegisterWorker } from '#lib/task/commands.ts'
import { type Client, createClient } from '#lib/worker/client.ts'
import { eventually } from './eventually.ts'
import { checkInvariants } from './invariants.ts'
import { connectByHand, type DialectName, makeDatabase } from './ledger.ts'
import { type Exit, type Server, type ServerOptions, startServer } from './server.ts'

export interface CrashSite {
  readonly databaseUrl: string
  start(options?: Omit<ServerOptions, 'databaseUrl'>): Promise<Server>
  /** A server that dies at the point to which `act` leads it; the caller of `act` gets no answer. */
  crashAt(point: string, act: (client: Client) => Promise<unknown>): Promise<void>
  /** A server that dies at the point while it boots. */
  crashInBoot(point: string, env?: ServerOptions['env']): Promise<void>
  sql(text: string): Promise<Row[]>
  /** Ends its servers and removes the database. */
  remove(): Promise<void>
}

const CRASH_LIMIT_MS = 30_000

export async function openCrashSite(dialect: DialectName): Promise<CrashSite> {
  const place = await makeDatabase(dialect)
  const servers: Server[] = []
  const start: CrashSite['start'] = async (options = {}) => {
    const server = await startServer({ ...options, databaseUrl: place.url })
    servers.push(server)
    return server
  }
  return {
    databaseUrl: place.url,
    start,
    async crashAt(point, act) {
      const server = await start({ env: { ROLLCALL_CRASH_AT: point } })
      const unanswered = expect(act(clientOf(server)), `the call that leads to ${point}`).rejects.toThrow()
      await expectKilled(server, point)
      await unanswered
    },
    async crashInBoot(point, env = {}) {
      await expectKilled(await start({ env: { ...env, ROLLCALL_CRASH_AT: point }, wait: false }), point)
    },
    sql: (text) => withTables(dialect, place.url, ({ sql }) => sql(text)),
    async remove() {
      await Promise.all(servers.map((server) => server.stop()))
      await place.remove()
    },
  }
}

export function clientOf({ url, adminToken }: Server): Client {
  return createClient({ url, token: adminToken })
}

/** Fails when an invariant of the ledger is broken. `moment` says when that was. */
export async function expectWhole(site: CrashSite, moment: string): Promise<void> {
  await expect(checkInvariants(site), moment).resolves.toBeUndefined()
}

async function expectKilled(server: Server, point: string): Promise<void> {
  let exit: Exit | undefined
  void server.ended.then((code) => {
    exit = code
  })
  await eventually(`the server dies at ${point}`, () => exit !== undefined, CRASH_LIMIT_MS)
  expect(exit, `${point}:\n${server.output()}`).toBe('SIGKILL')
}

/** A connection for one look: one that stayed open would take part in what SQLite does after a crash. */
async function withTables<T>(
  dialect: DialectName,
  url: string,
  look: (tables: ReturnType<typeof connectByHand>) => Promise<T>,
): Promise<T> {
  const tables = connectByHand(dialect, url)
  try {
    return await look(tables)
  } finally {
    await tables.close()
  }
}

/** A process of this host that a worker can be, until it is killed. */
export interface Body {
  /** What a worker that is this process registers with. */
  readonly identity: RegisterWorker
  kill(): Promise<void>
}

export async function startBody(): Promise<Body> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' })
  await once(child, 'spawn')
  const { pid = 0 } = child
  const ended = once(child, 'exit')
  const { host, bootId = '', pidNamespace = '' } = readIdentity()
  const processStartedAt = startTimeOf(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? ''
  return {
    identity: { host, pid, bootId, pidNamespace, processStartedAt },
    async kill() {
      child.kill('SIGKILL')
      await ended
      expect(isGone(pid, processStartedAt)).toBe(true)
    },
  }
}
