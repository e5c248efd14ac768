import { expect, it } from 'vitest'
import {
  cancelTask,
  createTask,
  declareDead,
  failTask,
  heartbeat,
  linkSession,
  reassignTask,
} from '#lib/ledger/index.ts'
import { START_MS } from '../support/clock.ts'
import { begin, codeOf, eventsOf, eventTypes, finish, pass, sweep, taskOf } from '../support/factories.ts'
import { forEachDialect, rowsOf, snapshot } from '../support/ledger.ts'

const now = new Date(START_MS).toISOString()
const reason = 'not wanted any more'

forEachDialect('cancelTask', (open) => {
  it('seals at once what nobody holds: queued, assigned, interrupted, failed', async () => {
    const ledger = await open()
    const queued = await createTask(ledger.context, taskOf())
    const assigned = await createTask(ledger.context, taskOf())
    await reassignTask(ledger.context, { taskId: assigned.id, reason: 'push' })
    const interrupted = await begin(ledger)
    await finish(ledger, interrupted.ref, { outcome: 'interrupted' })
    const failed = await begin(ledger)
    await failTask(ledger.context, { taskId: failed.task.id, reason: 'stuck' })
    for (const { id } of [queued, assigned, interrupted.task, failed.task]) {
      const task = await cancelTask(ledger.context, { taskId: id, reason })
      expect(task).toMatchObject({ status: 'cancelled', sealedAt: now, workerId: null, nextAction: null, reason })
      expect((await eventsOf(ledger, id)).at(-1)).toMatchObject({
        type: 'task.cancelled',
        toStatus: 'cancelled',
        reason,
      })
    }
  })

  it('asks the holder of what runs, whose heartbeat tells it and whose report seals it', async () => {
    const ledger = await open()
    const { ref, worker } = await begin(ledger)
    const task = await cancelTask(ledger.context, { taskId: ref.taskId, reason })
    expect(task).toMatchObject({ status: 'running', cancelRequestedAt: now, workerId: worker.id, sealedAt: null })
    const held = [{ taskId: ref.taskId, attempt: 1 }]
    const answer = await heartbeat(ledger.context, { workerId: worker.id, held })
    expect(answer.held).toMatchObject([{ verdict: 'cancel' }])
    expect(await finish(ledger, ref, { outcome: 'cancelled' })).toMatchObject({ status: 'cancelled', sealedAt: now })
    expect(await eventTypes(ledger, ref.taskId)).toEqual([
      'task.created',
      'task.started',
      'task.cancel_requested',
      'task.finished',
    ])
  })

  it('keeps the instant at which it was first asked for', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await cancelTask(ledger.context, { taskId: ref.taskId, reason })
    ledger.clock.advance(5000)
    expect((await cancelTask(ledger.context, { taskId: ref.taskId, reason })).cancelRequestedAt).toBe(now)
  })

  it('that was asked for is carried out when the worker dies first, and nothing is tried again', async () => {
    const ledger = await open()
    const [silent, declared] = [await begin(ledger), await begin(ledger)]
    await linkSession(ledger.context, { ...silent.ref, sessionId: 'one' })
    for (const { ref } of [silent, declared]) await cancelTask(ledger.context, { taskId: ref.taskId, reason })
    await declareDead(ledger.context, { workerId: declared.worker.id, reason: 'switched off' })
    await pass(ledger, 30_000)
    await sweep(ledger)
    for (const row of await rowsOf(ledger, 'task_history')) {
      expect(row).toMatchObject({ status: 'cancelled', next_action: null, reason, interruptions: 1 })
      expect(row.sealed_at).not.toBeNull()
    }
    expect(await rowsOf(ledger, 'sessions')).toMatchObject([{ status: 'invalidated' }])
    expect((await eventsOf(ledger, silent.task.id)).at(-1)).toMatchObject({
      type: 'task.cancelled',
      fromStatus: 'running',
      data: { cause: 'suspected' },
    })
  })

  it('is refused for what is sealed or does not exist, and changes nothing', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref)
    const before = await snapshot(ledger)
    expect(await codeOf(cancelTask(ledger.context, { taskId: ref.taskId, reason }))).toBe('sealed_task')
    expect(await codeOf(cancelTask(ledger.context, { taskId: 'no-task', reason }))).toBe('not_found')
    expect(await snapshot(ledger)).toEqual(before)
  })
})
