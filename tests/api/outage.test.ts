/** A database that is away, slow or taken by somebody else: the server says so, and is well again by itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../support/events.ts'
import { eventually } from '../support/eventually.ts'
import { freshId, taskOf } from '../support/factories.ts'
import { connectByHand, makeDatabase } from '../support/ledger.ts'
import { type DatabaseProxy, openProxy } from '../support/proxy.ts'
import { type Server, startServer, stopServers } from '../support/server.ts'
import { openStage, type Stage, toStage } from '../support/stage.ts'

const PASSWORD = 's3cr3t-of-the-database'

describe('a server whose PostgreSQL goes away', () => {
  let proxy: DatabaseProxy
  let server: Server
  let stage: Stage
  let byHand: ReturnType<typeof connectByHand>
  const cleanup: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    const place = await makeDatabase('postgresql')
    const url = new URL(place.url)
    // The server of the tests trusts everybody from here, so that any password will do.
    url.password = PASSWORD
    proxy = await openProxy(url.href)
    byHand = connectByHand('postgresql', place.url)
    server = await startServer({ databaseUrl: proxy.url })
    stage = toStage(server, byHand.sql)
    cleanup.push(byHand.close, place.remove)
  })
  afterAll(async () => {
    await stopServers()
    await proxy?.close()
    for (const clean of cleanup) await clean()
  })

  it('answers 503 until it is back, and needs no restart then', async () => {
    const { ref } = await stage.begin()
    const { secret } = await stage.mint('viewer')
    const stream = await listen(server)
    const kept = await stage.everything()
    const logged = server.output().length

    await proxy.cut()
    const calls: [string, string, unknown?, string?][] = [
      ['GET', '/readyz'],
      ['GET', '/api/v1/tasks'],
      ['GET', '/api/v1/workers'],
      ['GET', `/api/v1/tasks/${ref.taskId}`],
      ['GET', '/api/v1/tasks', undefined, secret],
      ['POST', '/api/v1/tasks', taskOf()],
      ['POST', '/api/v1/tokens', { name: 'x', role: 'viewer' }],
      ['POST', `/api/v1/workers/${ref.workerId}/heartbeats`, { held: [] }],
      ['POST', '/api/v1/claims', { workerId: ref.workerId, requestId: freshId('request'), waitMs: 5000 }],
      ['GET', '/api/v1/events/stream'],
    ]
    for (const call of calls) {
      const reply = await server.call(...call)
      expect([call[1], reply.body]).toMatchObject([call[1], { code: 'unavailable', status: 503 }])
      expect(reply.headers.get('retry-after')).toBe('1')
      expect(JSON.stringify(reply.body)).not.toContain(PASSWORD)
    }
    expect((await server.call('GET', '/healthz', undefined, null)).body).toEqual({ status: 'ok' })
    const lines = server.output().slice(logged).trim().split('\n')
    expect(lines.filter((line) => !line.startsWith('rollcall: '))).toEqual([])
    expect(server.output()).not.toContain(PASSWORD)

    await proxy.mend()
    const created = await eventually('tasks can be created again', async () => {
      const reply = await server.call<{ task: { id: string } }>('POST', '/api/v1/tasks', taskOf())
      return reply.status === 201 && reply.body.task
    })
    await eventually('it is ready again', async () => (await server.call('GET', '/readyz')).status === 200)
    expect((await server.call('GET', '/api/v1/workers', undefined, secret)).status).toBe(200)
    expect((await stage.admin.call('getTask', { taskId: ref.taskId })).task.status).toBe('running')
    // Nothing of what was answered with 503 is there, and the stream that was open all the time goes on.
    expect((await stage.everything()).task_history?.length).toBe((kept.task_history?.length ?? 0) + 1)
    await stream.until(({ event }) => event.taskId === created.id && event.type === 'task.created')
    stream.close()
  })

  it('gets over the end of all of its connections, and listens on one again', async () => {
    const { worker } = await stage.begin()
    const logged = server.output().length
    const others = 'datname = current_database() AND pid <> pg_backend_pid()'
    for (let round = 0; round < 3; round += 1) {
      await byHand.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`)
      await eventually(
        'it writes again',
        async () => (await server.call('POST', '/api/v1/tasks', taskOf())).status === 201,
      )
      await eventually('it reads again', async () => (await server.call('GET', '/api/v1/workers')).status === 200)
    }
    const listening = `SELECT pid FROM pg_stat_activity WHERE ${others}
      AND (query LIKE 'LISTEN %' OR query LIKE 'SELECT pg_notify%')`
    await eventually('it listens again', async () => (await byHand.sql(listening)).length > 0)
    expect(await byHand.sql(listening)).toHaveLength(1)
    const waiting = stage.admin.call(
      'claimTasks',
      { workerId: worker.id, requestId: freshId('request'), max: 1000, waitMs: 10_000 },
      { timeoutMs: 15_000 },
    )
    expect((await waiting).tasks.length).toBeGreaterThan(0)
    expect(server.output().slice(logged)).not.toMatch(/uncaught|unhandled|\n\s+at /i)
  })
})

describe('a server whose sweeper is held up', () => {
  const open = openStage('postgresql', { env: { ROLLCALL_SWEEP_MS: '100' } })

  it('is not ready while nobody sweeps, and ready again after', async () => {
    const { server } = open()
    const byHand = connectByHand('postgresql', server.databaseUrl)
    const isReady = async () => (await server.call('GET', '/readyz', undefined, null)).status === 200
    await eventually('it is ready', isReady)
    await byHand.sql('BEGIN')
    await byHand.sql('SELECT * FROM ledger_clock FOR UPDATE')
    const late = await eventually('it is not ready', async () => {
      const reply = await server.call('GET', '/readyz', undefined, null)
      return reply.status === 503 && reply
    })
    expect(late.body).toMatchObject({ code: 'unavailable', sweeper: 'late', database: 'postgresql' })
    expect(late.headers.get('retry-after')).toBe('1')
    expect((await server.call('POST', '/api/v1/tasks', taskOf())).status).toBe(201)
    await byHand.sql('COMMIT')
    await byHand.close()
    await eventually('it is ready again', isReady)
  })
})

describe('a server whose SQLite file somebody else writes', () => {
  const open = openStage('sqlite')

  it('waits for its turn', async () => {
    const stage = open()
    const { token } = await stage.mint('viewer')
    await stage.sql('BEGIN IMMEDIATE')
    const startedMs = performance.now()
    const calls = [
      stage.server.call('POST', '/api/v1/tokens', { name: 'x', role: 'viewer' }),
      stage.server.call('DELETE', `/api/v1/tokens/${token.id}`),
      stage.server.call('POST', '/api/v1/tasks', taskOf()),
    ]
    await eventually('the server has met the lock', () => performance.now() > startedMs + 300)
    await stage.sql('COMMIT')
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([201, 200, 201])
    expect(stage.server.stderr()).toBe('')
  })
})
