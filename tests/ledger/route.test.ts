import { expect, it } from 'vitest'
import { claimTasks, createTask, drainWorker, holdTask, pauseRecovery, reassignTask } from '#lib/ledger/index.ts'
import { ROUTE_BATCH, routeTasks } from '#lib/ledger/recovery/route.ts'
import { eventsOf, freshId, hire, pass, sweep, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'

const MINUTE_MS = 60_000

const taskRow = async (ledger: Ledger) => (await rowsOf(ledger, 'task_history'))[0] ?? {}
const claim = ({ context }: Ledger, worker: { id: string }) =>
  claimTasks(context, { workerId: worker.id, requestId: freshId('request'), max: 10 })
const _keepAlive = async (ledger: Ledger, ms: number) => {
  for (let passed = 0; passed < ms; passed += 1000) await pass(ledger, 1000)
}

forEachDialect('a task that nobody has the skills for', (open) => {
  it('waits, and says which skill is missing and when that ends it', async () => {
    const ledger = await open()
    await hire(ledger, { skills: ['node'] })
    const task = await createTask(ledger.context, taskOf({ requires: ['node', 'gpu'] }))
    await sweep(ledger)
    expect(await taskRow(ledger)).toMatchObject({
      status: 'queued',
      next_action: 'abort',
      next_reason: 'no worker has the skill gpu',
    })
    expect(Number((await taskRow(ledger)).next_at) - ledger.clock()).toBe(15 * MINUTE_MS)
    expect((await eventsOf(ledger, task.id)).at(-1)).toMatchObject({
      type: 'task.unskilled',
      data: { missing: ['gpu'] },
    })
  })

  it('is told of once, however often it is looked at', async () => {
    const ledger = await open()
    const task = await createTask(ledger.context, taskOf({ requires: ['gpu'] }))
    for (let pass = 0; pass < 3; pass += 1) await sweep(ledger)
    expect(await eventsOf(ledger, task.id)).toHaveLength(2)
  })

  it('ends as aborted_no_skill at its deadline, sealed, and names the skill', async () => {
    const ledger = await open()
    const task = await createTask(ledger.context, taskOf({ requires: ['gpu'] }))
    await sweep(ledger)
    ledger.clock.advance(15 * MINUTE_MS - 1)
    await routeTasks(ledger.context, { after: '' })
    expect((await taskRow(ledger)).status).toBe('queued')
    ledger.clock.advance(1)
    await routeTasks(ledger.context, { after: '' })
    const reason = 'no worker had the skill gpu for 15m'
    expect(await taskRow(ledger)).toMatchObject({ status: 'aborted_no_skill', reason, next_action: null })
    expect((await taskRow(ledger)).sealed_at).not.toBeNull()
    expect((await eventsOf(ledger, task.id)).at(-1)).toMatchObject({
      type: 'task.aborted',
      fromStatus: 'queued',
      reason,
    })
  })

  it('is wanted again as soon as a worker with the skill registers, even past the deadline', async () => {
    const ledger = await open()
    await createTask(ledger.context, taskOf({ requires: ['gpu'] }))
    await sweep(ledger)
    ledger.clock.advance(16 * MINUTE_MS)
    const worker = await hire(ledger, { skills: ['gpu'] })
    await routeTasks(ledger.context, { after: '' })
    expect(await taskRow(ledger)).toMatchObject({
      status: 'queued',
      next_action: null,
      next_at: null,
      next_reason: null,
    })
    expect(await claim(ledger, worker)).toHaveLength(1)
  })

  it('is not helped by a worker that drains, is dead, or has only half of the skills', async () => {
    const ledger = await open()
    const draining = await hire(ledger, { skills: ['gpu', 'node'] })
    await drainWorker(ledger.context, { workerId: draining.id })
    await hire(ledger, { skills: ['gpu'] })
    await hire(ledger, { skills: ['node'] })
    await createTask(ledger.context, taskOf({ requires: ['gpu', 'node'] }))
    await routeTasks(ledger.context, { after: '' })
    expect(await taskRow(ledger)).toMatchObject({ next_reason: 'no worker has the skills gpu, node' })
    ledger.clock.advance(30_000)
    await createTask(ledger.context, taskOf({ requires: ['gpu'] }))
    await routeTasks(ledger.context, { after: '' })
    expect((await rowsOf(ledger, 'task_history')).map((row) => row.next_action)).toEqual(['abort', 'abort'])
  })

  it('is left alone before it is due', async () => {
    const ledger = await open()
    const notBefore = new Date(ledger.clock() + MINUTE_MS).toISOString()
    await createTask(ledger.context, taskOf({ requires: ['gpu'], notBefore }))
    await routeTasks(ledger.context, { after: '' })
    expect((await taskRow(ledger)).next_action).toBeNull()
    ledger.clock.advance(MINUTE_MS)
    await routeTasks(ledger.context, { after: '' })
    expect((await taskRow(ledger)).next_action).toBe('abort')
  })

  it('that requires nothing waits for any worker without an end', async () => {
    const ledger = await open()
    await createTask(ledger.context, taskOf())
    await routeTasks(ledger.context, { after: '' })
    expect((await taskRow(ledger)).next_action).toBeNull()
  })

  it('is found behind a queue that is longer than one pass', async () => {
    const ledger = await open()
    await hire(ledger, { skills: ['node'] })
    const many = Array.from({ length: ROUTE_BATCH }, (_, index) =>
      taskOf({ id: `a-${String(index).padStart(5, '0')}`, requires: ['node'] }),
    )
    await createTask.many(ledger.context, many)
    await createTask(ledger.context, taskOf({ id: 'b-1', requires: ['gpu'] }))
    const { next } = await routeTasks(ledger.context, { after: '' })
    expect(next).toBe(`a-${String(ROUTE_BATCH - 1).padStart(5, '0')}`)
    expect((await routeTasks(ledger.context, { after: next })).next).toBe('')
    const marked = (await rowsOf(ledger, 'task_history')).filter((row) => row.next_action === 'abort')
    expect(marked.map(({ id }) => id)).toEqual(['b-1'])
  })
})

forEachDialect('an assigned task that nobody starts', (open) => {
  it('goes back to the queue after its time, for any worker, and says how long it waited', async () => {
    const ledger = await open()
    const worker = await hire(ledger, { leaseMs: 3_600_000 })
    const task = await createTask(ledger.context, taskOf())
    await reassignTask(ledger.context, { taskId: task.id, workerId: worker.id, reason: 'yours' })
    ledger.clock.advance(15 * MINUTE_MS - 1)
    await routeTasks(ledger.context, { after: '' })
    expect(await taskRow(ledger)).toMatchObject({ status: 'assigned', worker_id: worker.id })
    ledger.clock.advance(1)
    expect(await routeTasks(ledger.context, { after: '' })).toMatchObject({ requeued: 1 })
    expect(await taskRow(ledger)).toMatchObject({
      status: 'queued',
      worker_id: null,
      assigned_at: null,
      reassigned_from: null,
    })
    expect((await eventsOf(ledger, task.id)).at(-1)).toMatchObject({
      type: 'task.requeued',
      fromStatus: 'assigned',
      toStatus: 'queued',
      reason: 'it was assigned for 15m and never started: it is back in the queue',
    })
    const other = await hire(ledger)
    expect(await claim(ledger, other)).toHaveLength(1)
  })
})

forEachDialect('a task that waits, while a person says so', (open) => {
  const prepare = async (ledger: Ledger) => {
    const worker = await hire(ledger, { leaseMs: 3_600_000 })
    const stale = await createTask(ledger.context, taskOf())
    await reassignTask(ledger.context, { taskId: stale.id, workerId: worker.id, reason: 'yours' })
    const marked = await createTask(ledger.context, taskOf({ requires: ['gpu'] }))
    await routeTasks(ledger.context, { after: '' })
    return [stale.id, marked.id] as const
  }
  const statuses = async (ledger: Ledger) => (await rowsOf(ledger, 'task_history')).map(({ status }) => status).sort()

  it('is neither ended nor sent back while it is held', async () => {
    const ledger = await open()
    for (const taskId of await prepare(ledger)) await holdTask(ledger.context, { taskId, reason: 'wait for me' })
    const untouched = await createTask(ledger.context, taskOf({ requires: ['gpu'] }))
    await holdTask(ledger.context, { taskId: untouched.id, reason: 'wait for me' })
    ledger.clock.advance(16 * MINUTE_MS)
    expect(await routeTasks(ledger.context, { after: '' })).toMatchObject({ aborted: 0, requeued: 0 })
    expect(await statuses(ledger)).toEqual(['assigned', 'queued', 'queued'])
    expect((await eventsOf(ledger, untouched.id)).map(({ type }) => type)).not.toContain('task.unskilled')
  })

  it('is neither ended nor sent back while recovery is paused, and is afterwards', async () => {
    const ledger = await open()
    await prepare(ledger)
    ledger.clock.advance(14 * MINUTE_MS)
    await pauseRecovery(ledger.context, { reason: 'a deploy', forMs: 5 * MINUTE_MS })
    ledger.clock.advance(2 * MINUTE_MS)
    expect(await routeTasks(ledger.context, { after: 'x' })).toEqual({ next: 'x', aborted: 0, requeued: 0 })
    ledger.clock.advance(5 * MINUTE_MS)
    expect(await routeTasks(ledger.context, { after: '' })).toMatchObject({ aborted: 1, requeued: 1 })
  })
})

forEachDialect('two routers at once', (open) => {
  it('write each thing once', async () => {
    const ledger = await open()
    const worker = await hire(ledger, { leaseMs: 3_600_000 })
    const stale = await createTask(ledger.context, taskOf())
    await reassignTask(ledger.context, { taskId: stale.id, workerId: worker.id, reason: 'yours' })
    const lacking = await createTask(ledger.context, taskOf({ requires: ['gpu'] }))
    ledger.clock.advance(15 * MINUTE_MS)
    const other = { ...ledger.context, db: await ledger.another() }
    const look = () => Promise.all([routeTasks(ledger.context, { after: '' }), routeTasks(other, { after: '' })])
    await look()
    ledger.clock.advance(15 * MINUTE_MS)
    await look()
    const typesOf = async (id: string) => (await eventsOf(ledger, id)).map(({ type }) => type)
    expect(await typesOf(stale.id)).toEqual(['task.created', 'task.reassigned', 'task.requeued'])
    expect(await typesOf(lacking.id)).toEqual(['task.created', 'task.unskilled', 'task.aborted'])
  })
})
