import { expect, it } from 'vitest'
import {
  claimTasks,
  createTask,
  declareDead,
  drainWorker,
  failTask,
  holdTask,
  reassignTask,
  releaseTask,
  stopWorker,
  undoReassignment,
} from '#lib/ledger/index.ts'
import type { Task } from '#lib/task/schema.ts'
import { START_MS } from '../support/clock.ts'
import { begin, codeOf, eventsOf, finish, freshId, hire, pass, refusal, sweep, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'

const at = (ms: number) => new Date(START_MS + ms).toISOString()
const reason = 'once more'
const reassign = ({ context }: Ledger, taskId: string, changes: { workerId?: string; holdMs?: number } = {}) =>
  reassignTask(context, { taskId, reason, ...changes })
const undo = ({ context }: Ledger, taskId: string) => undoReassignment(context, { taskId })
const claim = ({ context }: Ledger, workerId: string) =>
  claimTasks(context, { workerId, requestId: freshId('request'), max: 10 })

/** A task in each status from which it may be reassigned. */
const sources: Record<string, (ledger: Ledger) => Promise<Task>> = {
  queued: ({ context }) => createTask(context, taskOf()),
  interrupted: async (ledger) => finish(ledger, (await begin(ledger)).ref, { outcome: 'interrupted' }),
  failed: async (ledger) => finish(ledger, (await begin(ledger)).ref, { outcome: 'failed' }),
  waiting: async (ledger) => {
    const { task } = await begin(ledger)
    await ledger.sql(`UPDATE task_history SET status = 'waiting' WHERE id = '${task.id}'`)
    return task
  },
}

forEachDialect('reassignTask', (open) => {
  it.each(Object.entries(sources))(
    'gives a task that is %s to any worker, which begins a new attempt',
    async (from, make) => {
      const ledger = await open()
      const { id, attempt } = await make(ledger)
      const task = await reassign(ledger, id)
      expect(task).toMatchObject({
        status: 'assigned',
        workerId: null,
        undoable: true,
        nextAction: null,
        finishedAt: null,
      })
      expect(task).toMatchObject({ retriesUsed: from === 'failed' ? 1 : 0, attempt, reason })
      expect((await eventsOf(ledger, id)).at(-1)).toMatchObject({
        type: 'task.reassigned',
        fromStatus: from,
        toStatus: 'assigned',
        reason,
        data: { automatic: false },
      })
      const before = await rowsOf(ledger, 'task_attempts')
      expect(await claim(ledger, (await hire(ledger)).id)).toMatchObject([
        { id, attempt: attempt + 1, undoable: false },
      ])
      expect((await rowsOf(ledger, 'task_attempts')).slice(0, before.length)).toEqual(before)
    },
  )

  it('ends the attempt of one that waited', async () => {
    const ledger = await open()
    const { id } = (await sources.waiting?.(ledger)) ?? { id: '' }
    await reassign(ledger, id)
    expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([{ status: 'interrupted', cause: 'operator' }])
  })

  it('is held back for as long as it can be undone at leisure', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref, { outcome: 'failed' })
    expect((await reassign(ledger, ref.taskId, { holdMs: 10_000 })).notBefore).toBe(at(10_000))
    const worker = await hire(ledger)
    ledger.clock.advance(9_999)
    expect(await claim(ledger, worker.id)).toEqual([])
    ledger.clock.advance(1)
    expect(await claim(ledger, worker.id)).toHaveLength(1)
  })

  it('does not bring forward what is due later', async () => {
    const ledger = await open()
    const { id } = await createTask(ledger.context, taskOf({ notBefore: at(3_600_000) }))
    expect((await reassign(ledger, id, { holdMs: 10_000 })).notBefore).toBe(at(3_600_000))
    expect((await undo(ledger, id)).notBefore).toBe(at(3_600_000))
  })

  it('frees what was pinned to a worker that is gone since', async () => {
    const ledger = await open()
    const chosen = await hire(ledger)
    const { id } = await createTask(ledger.context, taskOf())
    await reassign(ledger, id, { workerId: chosen.id })
    await stopWorker(ledger.context, { workerId: chosen.id })
    expect(await claim(ledger, (await hire(ledger)).id)).toMatchObject([{ id }])
    expect((await eventsOf(ledger, id)).at(-2)).toMatchObject({
      type: 'task.reassigned',
      reason: 'the worker it was meant for is gone: any worker may take it',
    })
  })
})

forEachDialect('reassignTask is refused', (open) => {
  it('for what runs, and names what may follow', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    expect(await refusal(reassign(ledger, ref.taskId))).toMatchObject({
      code: 'invalid_transition',
      facts: { status: 'running', allowedTargets: expect.arrayContaining(['failed', 'cancelled']) },
    })
  })

  it('for what is assigned already, sealed, or does not exist', async () => {
    const ledger = await open()
    const { id } = await createTask(ledger.context, taskOf())
    await reassign(ledger, id)
    const done = await begin(ledger)
    await finish(ledger, done.ref)
    const before = await snapshot(ledger)
    expect(await codeOf(reassign(ledger, id))).toBe('invalid_transition')
    expect(await codeOf(reassign(ledger, done.task.id))).toBe('sealed_task')
    expect(await codeOf(reassign(ledger, 'no-task'))).toBe('not_found')
    expect(await snapshot(ledger)).toEqual(before)
  })

  it('to a worker that nobody knows, or that is gone', async () => {
    const ledger = await open()
    const { id } = await createTask(ledger.context, taskOf())
    const [dead, late] = [await hire(ledger), await hire(ledger)]
    await declareDead(ledger.context, { workerId: dead.id, reason: 'switched off' })
    const before = await snapshot(ledger)
    expect(await codeOf(reassign(ledger, id, { workerId: 'nobody' }))).toBe('not_found')
    expect(await codeOf(reassign(ledger, id, { workerId: dead.id }))).toBe('lease_expired')
    ledger.clock.advance(30_000)
    expect(await codeOf(reassign(ledger, id, { workerId: late.id }))).toBe('lease_expired')
    expect(await snapshot(ledger)).toEqual(before)
  })

  it('to a worker that drains, which would never begin it', async () => {
    const ledger = await open()
    const { id } = await createTask(ledger.context, taskOf())
    const { id: workerId } = await hire(ledger)
    await drainWorker(ledger.context, { workerId })
    const before = await snapshot(ledger)
    expect(await refusal(reassign(ledger, id, { workerId }))).toMatchObject({
      code: 'invalid_transition',
      facts: { state: 'draining' },
    })
    expect(await snapshot(ledger)).toEqual(before)
  })
})

forEachDialect('undoReassignment', (open) => {
  it.each([
    { from: 'queued', to: 'queued', nextAction: null },
    { from: 'interrupted', to: 'interrupted', nextAction: 'hold' },
    { from: 'failed', to: 'failed', nextAction: 'hold' },
    { from: 'waiting', to: 'interrupted', nextAction: 'hold' },
  ])('of what was $from makes it $to again', async ({ from, to, nextAction }) => {
    const ledger = await open()
    const task = await sources[from]?.(ledger)
    const id = task?.id ?? ''
    await reassign(ledger, id, { workerId: (await hire(ledger)).id, holdMs: from === 'queued' ? 0 : 10_000 })
    ledger.clock.advance(1000)
    const undone = await undo(ledger, id)
    expect(undone).toMatchObject({ status: to, workerId: null, undoable: false, nextAction, notBefore: null })
    expect(undone).toMatchObject({ retriesUsed: 0, attempt: task?.attempt, nextAt: null })
    expect(undone.finishedAt === null).toBe(to !== 'failed')
    expect((await eventsOf(ledger, id)).at(-1)).toMatchObject({
      type: 'task.reassignment_undone',
      fromStatus: 'assigned',
      toStatus: to,
    })
  })

  it('holds the task: no sweep gives it away again', async () => {
    const ledger = await open()
    const { id } = (await sources.interrupted?.(ledger)) ?? { id: '' }
    await reassign(ledger, id)
    expect((await undo(ledger, id)).nextReason).toBe('ada undid the reassignment')
    await pass(ledger, 60_000)
    await sweep(ledger)
    expect(await rowsOf(ledger, 'task_history')).toMatchObject([{ status: 'interrupted', next_action: 'hold' }])
  })

  it.each(['queued', 'interrupted'])('leaves the hold of a person on what was %s', async (from) => {
    const ledger = await open()
    const { id } = (await sources[from]?.(ledger)) ?? { id: '' }
    await reassign(ledger, id)
    const { nextReason } = await holdTask(ledger.context, { taskId: id, reason: 'the disk is full' })
    expect(await undo(ledger, id)).toMatchObject({ status: from, nextAction: 'hold', nextReason })
    await pass(ledger, 120_000)
    await sweep(ledger)
    expect(await claim(ledger, (await hire(ledger)).id)).toEqual([])
    const released = await releaseTask(ledger.context, { taskId: id, reason: 'there is room again' })
    expect(released).toMatchObject({ heldAt: null })
  })

  it('works for what a strategy gave away as well', async () => {
    const ledger = await open()
    const { id } = (await sources.failed?.(ledger)) ?? { id: '' }
    await pass(ledger, 10_000)
    expect(await sweep(ledger)).toMatchObject({ reassigned: 1 })
    expect(await undo(ledger, id)).toMatchObject({ status: 'failed', retriesUsed: 0 })
  })

  it('is refused once somebody began, when there is nothing to undo, and for what is sealed', async () => {
    const ledger = await open()
    const begun = await createTask(ledger.context, taskOf())
    await reassign(ledger, begun.id)
    await claim(ledger, (await hire(ledger)).id)
    const queued = await createTask(ledger.context, taskOf())
    const sealed = await begin(ledger, { maxRetries: 0 })
    await failTask(ledger.context, { taskId: sealed.task.id, reason })
    const before = await snapshot(ledger)
    expect(await codeOf(undo(ledger, begun.id))).toBe('invalid_transition')
    expect(await codeOf(undo(ledger, queued.id))).toBe('invalid_transition')
    expect(await codeOf(undo(ledger, sealed.task.id))).toBe('sealed_task')
    expect(await codeOf(undo(ledger, 'no-task'))).toBe('not_found')
    expect(await snapshot(ledger)).toEqual(before)
  })

  it('and a start at once leave one of the two', async () => {
    const ledger = await open()
    const { id } = (await sources.interrupted?.(ledger)) ?? { id: '' }
    await reassign(ledger, id)
    const worker = await hire(ledger)
    const [claimed, undone] = await Promise.all([
      claim(ledger, worker.id),
      undoReassignment.many(ledger.context, [{ taskId: id }]),
    ])
    const [row] = await rowsOf(ledger, 'task_history')
    expect(claimed.length + undone.filter(({ ok }) => ok).length).toBe(1)
    expect(row?.status).toBe(claimed.length === 1 ? 'running' : 'interrupted')
  })
})
