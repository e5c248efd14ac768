/** The lines of docs/operations.md that back a ledger up and restore it, run as they stand there, against real servers. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createClient } from '#lib/worker/client.ts'
import { openServersCli } from '../support/cli.ts'
import { eventually } from '../support/eventually.ts'
import { createDatabase, installedPrograms, type Postgres, startPostgres } from '../support/postgres.ts'
import { openReceiver } from '../support/receiver.ts'
import { type Server, startServer, stopServers } from '../support/server.ts'
import { ROOT } from '../support/sources.ts'

const [BACKUP = [], RESTORE = [], POSTGRESQL = []] = blocks()
const bin = installedPrograms()
const hasTools = bin !== undefined && existsSync(join(bin, 'pg_dump'))
const clusters: Postgres[] = []
let folder: string
let cli: Awaited<ReturnType<typeof openServersCli>>

beforeAll(async () => {
  cli = await openServersCli()
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-documented-'))
})
afterEach(async () => {
  await stopServers()
  rmSync(folder, { recursive: true, force: true })
})
afterAll(async () => {
  await Promise.all(clusters.map((cluster) => cluster.stop()))
  await cli.stop()
})

/** The shell lines below "Backup and restore", block by block. */
function blocks(): string[][] {
  const [, section = ''] = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8').split('### Backup and restore')
  const [before = ''] = section.split('### Upgrade')
  return [...before.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, lines = '']) => lines.trim().split('\n'))
}

/** In an operator's shell: only where backups lie is another place, and what day it is. */
async function shell(line: string, databaseUrl: string): Promise<string> {
  const today = new Date().toISOString().slice(0, 10)
  const here = line.replaceAll('/var/backups', folder).replaceAll('2026-11-21', today)
  writeFileSync(join(folder, 'rollcall'), `#!/bin/sh\nexec "${process.execPath}" "${cli.file}" "$@"\n`, { mode: 0o755 })
  const env = { ...process.env, TZ: 'UTC', DATABASE_URL: databaseUrl, PATH: `${folder}:${bin}:${process.env.PATH}` }
  const { stdout } = await promisify(execFile)('bash', ['-ec', here], { cwd: folder, env })
  return stdout
}

const callerOf = (server: Server) => createClient({ url: server.url, token: server.adminToken })
const titlesOf = async (server: Server) =>
  (await callerOf(server).call('listTasks', { limit: 500 })).tasks.map(({ title }) => title).toSorted()

it('bring back the SQLite file of a server', { timeout: 120_000 }, async () => {
  const databaseUrl = `file:${join(folder, 'rollcall.db')}`
  let server = await startServer({ databaseUrl })
  await callerOf(server).call('createTask', { title: 'before' })
  for (const line of BACKUP) expect(await shell(line, databaseUrl)).toContain('every write that was answered before')
  await callerOf(server).call('createTask', { title: 'after' })
  for (const line of RESTORE) {
    if (line === 'systemctl stop rollcall') await server.stop()
    else if (line === 'systemctl start rollcall') server = await startServer({ databaseUrl })
    else expect(await shell(line, databaseUrl)).toContain('is what')
  }
  expect(await titlesOf(server)).toEqual(['before'])
  expect(await callerOf(server).call('verifyAudit', {})).toMatchObject({ ok: true })
})

/** A cluster that has counted this many transactions more than a fresh one. */
async function openCluster(transactions: number): Promise<string> {
  const cluster = await startPostgres(bin)
  clusters.push(cluster)
  const client = new pg.Client({ connectionString: cluster.url })
  await client.connect()
  await client.query(
    `DO $$ BEGIN FOR i IN 1..${transactions} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$`,
  )
  await client.end()
  return cluster.url
}

function configured(): { env: Record<string, string> } {
  const path = join(folder, 'rollcall.json')
  writeFileSync(path, JSON.stringify({ webhooks: { allow: ['127.0.0.1'] } }))
  return { env: { ROLLCALL_CONFIG: path } }
}

it('bring a PostgreSQL database back, also into an empty one of another cluster', { timeout: 120_000 }, async () => {
  expect(POSTGRESQL.map((line) => line.split(' ')[0])).toEqual(['pg_dump', 'pg_restore'])
  if (!hasTools) return
  const [dump = '', restore = ''] = POSTGRESQL
  const [busy, fresh] = await Promise.all([openCluster(20_000), openCluster(0)])
  const first = await createDatabase(busy, 'rollcall')
  const there = await openReceiver()
  let server = await startServer({ databaseUrl: first, ...configured() })
  const quarantine = async (title: string) => {
    const { worker } = await callerOf(server).call('registerWorker', { host: 'elsewhere', pid: 1 })
    const { task } = await callerOf(server).call('createTask', { title, start: { workerId: worker.id } })
    await callerOf(server).call('quarantineTask', { taskId: task.id, reason: 'kills its workers' })
    return eventually(`an alert of ${title}`, () => there.received.some(({ body }) => body.includes(task.id)))
  }
  const events = ['task.quarantined' as const]
  await callerOf(server).call('createWebhook', { name: 'on call', kind: 'json', url: there.url, events })
  await quarantine('before')
  await shell(dump, first)
  await callerOf(server).call('createTask', { title: 'after' })
  await server.stop()

  await shell(restore, first)
  server = await startServer({ databaseUrl: first, ...configured() })
  expect(await titlesOf(server)).toEqual(['before'])
  await server.stop()

  const second = await createDatabase(fresh, 'elsewhere')
  await shell(restore, second)
  server = await startServer({ databaseUrl: second, ...configured() })
  expect(await titlesOf(server)).toEqual(['before'])
  expect(await callerOf(server).call('verifyAudit', {})).toMatchObject({ ok: true })
  await quarantine('on the new cluster')
  await there.close()
})
