import { expect, it } from 'vitest'
import {
  appendOutput,
  countTasks,
  createTask,
  failTask,
  getTask,
  linkSession,
  listEvents,
  noteTask,
  readHealth,
  readOutput,
  startAttempt,
} from '#lib/ledger/index.ts'
import { COUNT_MAX } from '#lib/ledger/read/read.ts'
import type { Stream } from '#lib/task/schema.ts'
import { TASK_STATUSES } from '#lib/task/states.ts'
import { START_MS } from '../support/clock.ts'
import { begin, codeOf, finish, freshId, hire, pass, type Ref, sweep, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

const at = (ms: number) => new Date(START_MS + ms).toISOString()

const write = ({ context }: Ledger, ref: Ref, stream: Stream, sequence: number, data: string) =>
  appendOutput(context, { ...ref, messages: [{ id: freshId('chunk'), stream, sequence, data }] })

/** A task on its second attempt, by a second worker; both wrote output. */
async function twice(ledger: Ledger): Promise<[Ref, Ref]> {
  const { ref } = await begin(ledger)
  await write(ledger, ref, 'stdout', 1, 'one')
  await finish(ledger, ref, { outcome: 'failed' })
  const { id: workerId } = await hire(ledger)
  await startAttempt(ledger.context, { taskId: ref.taskId, workerId, requestId: freshId('r') })
  const next = { taskId: ref.taskId, workerId, attempt: 2 }
  await write(ledger, next, 'stdout', 1, 'two')
  await write(ledger, next, 'stderr', 1, 'oh')
  await write(ledger, next, 'stdout', 2, 'three')
  return [ref, next]
}

forEachDialect('getTask', (open) => {
  it('gives the task with its attempts, newest first, and the session of the newest', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await linkSession(ledger.context, { ...ref, sessionId: 'first-session', provider: 'acme' })
    ledger.clock.advance(1000)
    await finish(ledger, ref, { outcome: 'failed', costUsd: 0.5 })
    const { id: workerId, name } = await hire(ledger)
    await startAttempt(ledger.context, { taskId: ref.taskId, workerId, requestId: freshId('r') })
    const { task, attempts, session, compensations } = await getTask(ledger.context, { taskId: ref.taskId })
    expect(task).toMatchObject({ attempt: 2, workerId, costUsd: 0.5, holder: { workerId, name, state: 'alive' } })
    expect(attempts).toMatchObject([
      { attempt: 2, status: 'running', workerName: name, finishedAt: null, lastHeartbeatAt: at(1000), costUsd: null },
      { attempt: 1, status: 'failed', finishedAt: at(1000), lastHeartbeatAt: at(0), costUsd: 0.5 },
    ])
    expect(session).toMatchObject({ id: 'first-session', provider: 'acme', attempt: 1, status: 'closed' })
    expect(compensations).toEqual([])
  })

  it('gives null, and never 0, for what nobody has reported', async () => {
    const ledger = await open()
    const { id } = await createTask(ledger.context, taskOf())
    const { task, attempts, session } = await getTask(ledger.context, { taskId: id })
    const unknown = { costUsd: null, tokensIn: null, tokensOut: null, turns: null, artifacts: null, exitCode: null }
    expect(task).toMatchObject({ ...unknown, startedAt: null, finishedAt: null, interruptedAt: null, holder: null })
    expect([attempts, session]).toEqual([[], null])
  })
})

forEachDialect('a read of a task that nobody knows', (open) => {
  it('is told so', async () => {
    const { context } = await open()
    const query = { taskId: 'no-task' }
    for (const read of [getTask, listEvents, readOutput]) expect(await codeOf(read(context, query))).toBe('not_found')
  })
})

forEachDialect('listEvents', (open) => {
  it('gives the history newest first, in pages that take no new event into the old', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await begin(ledger)
    const note = (text: string) => noteTask(ledger.context, { taskId: ref.taskId, text })
    for (let index = 1; index <= 5; index += 1) await note(`${index}`)
    const first = await listEvents(ledger.context, { taskId: ref.taskId, limit: 3 })
    expect(first.events.map(({ reason }) => reason)).toEqual(['5', '4', '3'])
    await note('6')
    const cursor = first.nextCursor ?? ''
    const second = await listEvents(ledger.context, { taskId: ref.taskId, limit: 3, cursor })
    expect(second.events.map(({ type, reason }) => reason ?? type)).toEqual(['2', '1', 'task.started'])
    const third = await listEvents(ledger.context, { taskId: ref.taskId, limit: 3, cursor: second.nextCursor ?? '' })
    expect(third).toMatchObject({ events: [{ type: 'task.created' }], nextCursor: null })
  })

  it('tells who did it, when and why', async () => {
    const ledger = await open()
    const { task } = await begin(ledger)
    ledger.clock.advance(1500)
    await failTask(ledger.context, { taskId: task.id, reason: 'wrong branch' })
    const { events } = await listEvents(ledger.context, { taskId: task.id })
    expect(events[0]).toMatchObject({
      ...{ type: 'task.failed', taskId: task.id, attempt: 1, fromStatus: 'running', toStatus: 'failed' },
      ...{ actor: { kind: 'person', name: 'ada' }, reason: 'wrong branch', at: at(1500) },
    })
  })

  it('refuses the cursor of another list', async () => {
    const ledger = await open()
    const { task } = await begin(ledger)
    const cursor = Buffer.from(JSON.stringify(['tasks', 1, 'a'])).toString('base64url')
    expect(await codeOf(listEvents(ledger.context, { taskId: task.id, cursor }))).toBe('validation')
  })
})

forEachDialect('readOutput', (open) => {
  const read = async (ledger: Ledger, query: Parameters<typeof readOutput>[1]) =>
    (await readOutput(ledger.context, query)).chunks.map(({ data }) => data)

  it('gives the newest attempt’s, in the order of arrival, unless another one is named', async () => {
    const ledger = await open()
    const [{ taskId }] = await twice(ledger)
    expect(await read(ledger, { taskId })).toEqual(['two', 'oh', 'three'])
    expect(await read(ledger, { taskId, attempt: 1 })).toEqual(['one'])
    expect(await read(ledger, { taskId, attempt: 3 })).toEqual([])
    expect(await read(ledger, { taskId, stream: 'stdout' })).toEqual(['two', 'three'])
    expect(await read(ledger, { taskId, stream: 'stderr', attempt: 1 })).toEqual([])
  })

  it('goes on after a position, and ends with none', async () => {
    const ledger = await open()
    const [, next] = await twice(ledger)
    const page = await readOutput(ledger.context, { taskId: next.taskId, limit: 2 })
    expect(page.nextAfter).toBe(page.chunks[1]?.position)
    const rest = await readOutput(ledger.context, { taskId: next.taskId, after: page.nextAfter ?? 0 })
    expect(rest).toMatchObject({ chunks: [{ data: 'three', sequence: 2, dropped: null }], nextAfter: null })
    await write(ledger, next, 'stdout', 3, 'four')
    expect(await read(ledger, { taskId: next.taskId, after: rest.chunks[0]?.position })).toEqual(['four'])
  })
})

forEachDialect('countTasks', (open) => {
  const countOf = async ({ context }: Ledger) => {
    const { counts } = await countTasks(context)
    return (status: string, sealed: boolean) =>
      counts.find((count) => count.status === status && count.sealed === sealed)
  }

  it('counts the open by status, and of the sealed the last 24 hours', async () => {
    const ledger = await open()
    await createTask(ledger.context, taskOf())
    await finish(ledger, (await begin(ledger)).ref)
    await finish(ledger, (await begin(ledger, { maxRetries: 0 })).ref, { outcome: 'failed' })
    await finish(ledger, (await begin(ledger)).ref, { outcome: 'failed' })
    const count = await countOf(ledger)
    expect(count('queued', false)).toMatchObject({ count: 1, capped: false })
    expect(count('success', true)).toMatchObject({ count: 1 })
    expect([count('failed', true)?.count, count('failed', false)?.count]).toEqual([1, 1])
    expect(count('running', false)).toMatchObject({ count: 0, capped: false })
    const { counts } = await countTasks(ledger.context)
    expect(new Set(counts.map(({ status }) => status))).toEqual(new Set(TASK_STATUSES))
    ledger.clock.advance(24 * 3_600_000 + 1)
    const later = await countOf(ledger)
    expect([later('success', true)?.count, later('failed', true)?.count]).toEqual([0, 0])
    expect([later('failed', false)?.count, later('queued', false)?.count]).toEqual([1, 1])
  })

  it('stops at ten thousand and says so', async () => {
    const ledger = await open()
    await seed(ledger, COUNT_MAX)
    expect((await countOf(ledger))('queued', false)).toMatchObject({ count: COUNT_MAX, capped: false })
    await createTask(ledger.context, taskOf())
    expect((await countOf(ledger))('queued', false)).toMatchObject({ count: COUNT_MAX, capped: true })
  })
})

/** Many queued tasks, by hand. */
async function seed({ sql, db }: Ledger, count: number): Promise<void> {
  const series =
    db.dialect.name === 'sqlite'
      ? `(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${count}) SELECT n FROM s)`
      : `generate_series(1, ${count}) AS s(n)`
  await sql(`INSERT INTO task_history (id, title, status, created_at, updated_at)
    SELECT 'seeded-' || n, 'Fix login', 'queued', ${START_MS}, ${START_MS} FROM ${series}`)
}

forEachDialect('readHealth', (open) => {
  it('says never until the sweeper ran, then ok, and late after three sweeps and two seconds', async () => {
    const ledger = await open()
    const database = ledger.db.dialect.name
    const quiet = { database, pause: null, storm: null }
    expect(await readHealth(ledger.context)).toEqual({ serverTime: at(0), sweptAt: null, sweeper: 'never', ...quiet })
    await sweep(ledger)
    ledger.clock.advance(5000)
    expect(await readHealth(ledger.context)).toMatchObject({ serverTime: at(5000), sweptAt: at(0), sweeper: 'ok' })
    ledger.clock.advance(1)
    expect(await readHealth(ledger.context)).toMatchObject({ sweptAt: at(0), sweeper: 'late' })
    await pass(ledger, 1000)
    expect(await readHealth(ledger.context)).toMatchObject({ sweptAt: at(6001), sweeper: 'ok' })
  })

  it('goes by the interval that the sweeper has', async () => {
    const ledger = await open()
    await sweep(ledger)
    ledger.clock.advance(6000)
    expect(await readHealth(ledger.context, 10_000)).toMatchObject({ sweeper: 'ok' })
    expect(await readHealth(ledger.context, 1000)).toMatchObject({ sweeper: 'late' })
  })
})
