/** Many who want the same, each on a connection of its own: one gets it, and the others are told so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../support/events.ts'
import { eventually } from '../support/eventually.ts'
import { freshId, taskOf } from '../support/factories.ts'
import { connectByHand, type DialectName, makeDatabase } from '../support/ledger.ts'
import { startServer, stopServers } from '../support/server.ts'
import { type Stage, toStage } from '../support/stage.ts'

const SOON_MS = 1000

interface Setup {
  readonly name: string
  readonly dialect: DialectName
  readonly servers: number
}

const SETUPS: readonly Setup[] = [
  { name: 'one server on SQLite', dialect: 'sqlite', servers: 1 },
  { name: 'two servers on one PostgreSQL', dialect: 'postgresql', servers: 2 },
]

describe.each(SETUPS)('with $name', ({ dialect, servers }) => {
  let stages: Stage[]
  const cleanup: (() => Promise<unknown>)[] = []
  beforeAll(async () => {
    const place = await makeDatabase(dialect)
    const byHand = connectByHand(dialect, place.url)
    cleanup.push(byHand.close, place.remove)
    // All at once, on an empty database: its tables are made once, and everybody waits for them.
    const started = Array.from({ length: servers }, () => startServer({ databaseUrl: place.url }))
    stages = (await Promise.all(started)).map((server) => toStage(server, byHand.sql))
  })
  afterAll(async () => {
    await stopServers()
    for (const clean of cleanup) await clean()
  })
  const stage = (index: number): Stage => {
    const found = stages[index % servers]
    if (!found) throw new Error('no server has started')
    return found
  }
  const first = () => stage(0)
  const other = () => stage(1)

  it('makes the tables once', async () => {
    const applied = stages.flatMap(({ server }) => server.output().match(/applied migration \S+/g) ?? [])
    expect(new Set(applied).size).toBe(applied.length)
    expect(applied.length).toBeGreaterThan(0)
    for (const { server } of stages) {
      // A server on a busy machine may be late with a sweep, and says so.
      await eventually('it is ready', async () => (await server.call('GET', '/readyz')).status === 200)
    }
  })

  it('gives a task that 50 start at once to one of them', async () => {
    const task = await first().create({ requires: [freshId('skill')] })
    const workers = await Promise.all(Array.from({ length: 50 }, (_, index) => stage(index).hire()))
    const replies = await Promise.all(
      workers.map(({ id: workerId }, index) =>
        stage(index).server.call('POST', `/api/v1/tasks/${task.id}/attempts`, {
          workerId,
          requestId: freshId('request'),
        }),
      ),
    )
    const winner = workers[replies.findIndex(({ status }) => status === 201)]
    const codes = replies.map(({ body }) => body.code ?? 'started')
    expect(codes.toSorted()).toEqual([...Array.from({ length: 49 }, () => 'lease_conflict'), 'started'])
    const losers = replies.filter(({ status }) => status === 409)
    expect(losers.map(({ body }) => body.holder)).toEqual(losers.map(() => winner?.id))
    const read = await other().admin.call('getTask', { taskId: task.id })
    expect(read.task).toMatchObject({ status: 'running', attempt: 1, workerId: winner?.id })
    expect(read.attempts).toHaveLength(1)
  })

  it('puts one of 20 tasks with one id on record', async () => {
    const id = freshId('same')
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        stage(index).server.call('POST', '/api/v1/tasks', taskOf({ id, title: `try ${index}`, requires: [id] })),
      ),
    )
    const codes = replies.map(({ body }) => body.code ?? 'created')
    expect(codes.toSorted()).toEqual(['created', ...Array.from({ length: 19 }, () => 'duplicate_task')])
    const { events } = await other().admin.call('listEvents', { taskId: id })
    // A sweep may add that nobody can do it.
    const types = events.map(({ type }) => type).filter((type) => type !== 'task.unskilled')
    expect(types).toEqual(['task.created'])
  })

  it('gives each of 100 tasks to one of 20 who claim them', async () => {
    const skill = freshId('skill')
    const tasks = Array.from({ length: 100 }, () => taskOf({ requires: [skill] }))
    await first().admin.call('createTasks', { tasks })
    const workers = await Promise.all(Array.from({ length: 20 }, (_, index) => stage(index).hire({ skills: [skill] })))
    const claimed: string[] = []
    const claimAll = async (workerId: string, index: number) => {
      for (;;) {
        const requestId = freshId('request')
        const answer = await stage(index).admin.call('claimTasks', { workerId, requestId, max: 3 })
        if (answer.tasks.length === 0) return
        claimed.push(...answer.tasks.map(({ id }) => id))
      }
    }
    await Promise.all(workers.map(({ id }, index) => claimAll(id, index)))
    await eventually('all are claimed', async () => {
      await Promise.all(workers.map(({ id }, index) => claimAll(id, index)))
      return claimed.length >= 100
    })
    expect(claimed.toSorted()).toEqual(tasks.map(({ id }) => id).toSorted())
  })

  it('streams what one server writes from the other, within a second', async () => {
    const stream = await listen(other().server)
    const actedMs = performance.now()
    const { id } = await first().create({ requires: [freshId('skill')] })
    const [message] = await stream.until(({ event }) => event.taskId === id)
    expect((message?.arrivedMs ?? 0) - actedMs).toBeLessThan(SOON_MS)
    stream.close()
  })

  it('wakes a claim that waits at one server by a task created at the other, within a second', async () => {
    const skill = freshId('skill')
    const { id: workerId } = await first().hire({ skills: [skill] })
    const waiting = first().admin.call(
      'claimTasks',
      { workerId, requestId: freshId('request'), waitMs: 30_000 },
      { timeoutMs: 40_000 },
    )
    await first().admin.call('getWorker', { workerId })
    const createdMs = performance.now()
    const { id } = await other().create({ requires: [skill] })
    expect((await waiting).tasks).toMatchObject([{ id }])
    expect(performance.now() - createdMs).toBeLessThan(SOON_MS)
  })

  it('refuses a token at one server soon after it was revoked at the other', async () => {
    const { token, secret } = await first().mint('viewer')
    const read = () => first().server.call('GET', '/api/v1/tasks?limit=1', undefined, secret)
    expect((await read()).status).toBe(200)
    await other().admin.call('revokeToken', { tokenId: token.id })
    await eventually('the token is refused', async () => (await read()).status === 401, 5000)
  })

  it('goes on with a task at one server when the other stops', async () => {
    const { ref } = await first().begin()
    if (servers > 1) expect(await first().server.stop()).toBe(0)
    await other().admin.call('heartbeat', { workerId: ref.workerId, held: [{ taskId: ref.taskId, attempt: 1 }] })
    const messageId = freshId('message')
    const { task } = await other().admin.call('finishAttempt', { ...ref, messageId, outcome: 'success' })
    expect(task.status).toBe('success')
  })
})
