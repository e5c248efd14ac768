import { expect, it } from 'vitest'
import {
  cancelTask,
  createTask,
  getCheckpoint,
  getTask,
  listCheckpoints,
  saveCheckpoint,
  startAttempt,
} from '#lib/ledger/index.ts'
import { LIMITS } from '#lib/task/schema.ts'
import { START_MS } from '../support/clock.ts'
import {
  begin,
  codeOf,
  eventsOf,
  finish,
  freshId,
  hire,
  pass,
  type Ref,
  startedBy,
  sweep,
  taskOf,
} from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'

const at = (ms: number) => new Date(START_MS + ms).toISOString()
const save = ({ context }: Ledger, ref: Ref, turn: number, state: Record<string, unknown> = { turn }) =>
  saveCheckpoint(context, { ...ref, turn, state: state as never })
const turnsOf = async (ledger: Ledger, taskId: string) =>
  (await listCheckpoints(ledger.context, { taskId })).checkpoints.map(({ turn }) => turn)

forEachDialect('saveCheckpoint', (open) => {
  it('keeps the state whole, moves the progress, and tells of it', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    ledger.clock.advance(4000)
    const state = { messages: ['Fix „login“ \u{1F600}', { deep: [null, 1.5, true] }], __proto: 1 }
    const saved = await save(ledger, ref, 3, state)
    expect(saved).toEqual({ taskId: ref.taskId, attempt: 1, turn: 3, savedAt: at(4000) })
    expect(await getCheckpoint(ledger.context, { taskId: ref.taskId, turn: 3 })).toEqual({
      checkpoint: { ...saved, state },
    })
    const { task } = await getTask(ledger.context, { taskId: ref.taskId })
    expect(task).toMatchObject({ checkpointTurn: 3, progressAt: at(4000), status: 'running' })
    expect((await eventsOf(ledger, ref.taskId)).at(-1)).toMatchObject({
      ...{ type: 'task.checkpoint', attempt: 1, workerId: ref.workerId, data: { turn: 3 } },
    })
  })

  it('answers the same turn again, keeps what was saved first, and counts it as no progress', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const first = await save(ledger, ref, 3, { first: true })
    ledger.clock.advance(1000)
    const before = await snapshot(ledger, ['task_history', 'task_attempts', 'task_events', 'checkpoints'])
    expect(await save(ledger, ref, 3, { first: false })).toEqual(first)
    expect(await snapshot(ledger, ['task_history', 'task_attempts', 'task_events', 'checkpoints'])).toEqual(before)
  })

  it('keeps the newest of an attempt, and those of other tasks', async () => {
    const ledger = await open()
    const [one, other] = [await begin(ledger), await begin(ledger)]
    await save(ledger, other.ref, 1)
    for (let turn = 1; turn <= LIMITS.checkpointsKept + 2; turn += 1) await save(ledger, one.ref, turn)
    const kept = Array.from({ length: LIMITS.checkpointsKept }, (_, index) => LIMITS.checkpointsKept + 2 - index)
    expect(await turnsOf(ledger, one.task.id)).toEqual(kept)
    expect(await turnsOf(ledger, other.task.id)).toEqual([1])
  })

  it('names the highest turn on the task, whichever came last', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await save(ledger, ref, 5)
    await save(ledger, ref, 2)
    expect((await getTask(ledger.context, { taskId: ref.taskId })).task.checkpointTurn).toBe(5)
  })

  it('of many attempts at once keeps each its own', async () => {
    const ledger = await open()
    const refs: Ref[] = []
    for (let index = 0; index < 5; index += 1) refs.push((await begin(ledger)).ref)
    const results = await saveCheckpoint.many(
      ledger.context,
      refs.map((ref, index) => ({ ...ref, turn: index + 1, state: { index } })),
    )
    expect(results.map((result) => result.ok && result.value.turn)).toEqual([1, 2, 3, 4, 5])
    expect(await rowsOf(ledger, 'checkpoints')).toHaveLength(5)
  })

  it('is refused to whoever does not hold the task, and changes nothing but the record of it', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await save(ledger, ref, 1)
    const stranger = { ...ref, workerId: (await hire(ledger)).id }
    const before = await snapshot(ledger, ['task_history', 'task_attempts', 'checkpoints'])
    expect(await codeOf(save(ledger, stranger, 2))).toBe('fence_rejected')
    expect(await codeOf(save(ledger, { ...ref, attempt: 2 }, 2))).toBe('fence_rejected')
    expect(await codeOf(save(ledger, { ...ref, taskId: 'no-task' }, 2))).toBe('not_found')
    expect(await snapshot(ledger, ['task_history', 'task_attempts', 'checkpoints'])).toEqual(before)
    expect((await eventsOf(ledger, ref.taskId)).at(-1)?.reason).toBe(
      'attempt 2 saved a checkpoint without holding the task',
    )
    await finish(ledger, ref)
    expect(await codeOf(save(ledger, ref, 2))).toBe('sealed_task')
  })

  it('has none to read of a task or a turn that is not there', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await save(ledger, ref, 1)
    expect(await codeOf(listCheckpoints(ledger.context, { taskId: 'no-task' }))).toBe('not_found')
    expect(await codeOf(getCheckpoint(ledger.context, { taskId: ref.taskId, turn: 2 }))).toBe('not_found')
    expect(await codeOf(getCheckpoint(ledger.context, { taskId: ref.taskId, turn: 1, attempt: 2 }))).toBe('not_found')
  })
})

forEachDialect('the checkpoints of a task', (open) => {
  it('go with its seal, and those of no other task do', async () => {
    const ledger = await open()
    const ends: ((ref: Ref) => Promise<unknown>)[] = [
      (ref) => finish(ledger, ref),
      (ref) => finish(ledger, ref, { outcome: 'cancelled' }),
      async ({ taskId }) => {
        await pass(ledger, 30_000)
        await sweep(ledger)
        await cancelTask(ledger.context, { taskId, reason: 'nobody wants it' })
      },
    ]
    for (const end of ends) {
      const worker = await hire(ledger, { leaseMs: 3_600_000 })
      const other = await begin(ledger, {}, worker)
      await save(ledger, other.ref, 1)
      const { ref } = await begin(ledger)
      await save(ledger, ref, 1)
      await end(ref)
      expect(await turnsOf(ledger, ref.taskId)).toEqual([])
      expect((await getTask(ledger.context, { taskId: ref.taskId })).task.checkpointTurn).toBeNull()
      expect(await turnsOf(ledger, other.task.id)).toEqual([1])
    }
  })

  it('stay while it is interrupted, and go when the next attempt begins anew', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await save(ledger, ref, 4)
    await pass(ledger, 30_000)
    await sweep(ledger)
    expect(await turnsOf(ledger, ref.taskId)).toEqual([4])
    await startedBy(ledger, ref.taskId)
    expect(await turnsOf(ledger, ref.taskId)).toEqual([])
  })

  it('stay when the same work goes on as the next attempt', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    for (let turn = 2; turn <= LIMITS.checkpointsKept + 1; turn += 1) await save(ledger, ref, turn)
    await pass(ledger, 30_000)
    await sweep(ledger)
    const { id: workerId } = await hire(ledger)
    const reattach = { attempt: 1 }
    await startAttempt(ledger.context, { taskId: ref.taskId, workerId, requestId: freshId('r'), reattach })
    await save(ledger, { ...ref, workerId, attempt: 2 }, 1)
    expect(await turnsOf(ledger, ref.taskId)).toEqual([1, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
  })

  it('are none for a task that never saved one', async () => {
    const ledger = await open()
    const { id: taskId } = await createTask(ledger.context, taskOf())
    expect(await turnsOf(ledger, taskId)).toEqual([])
  })
})
