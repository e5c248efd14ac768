import { expect, it } from 'vitest'
import {
  createTask,
  failTask,
  holdTask,
  linkSession,
  reassignTask,
  releaseTask,
  saveCheckpoint,
  startAttempt,
} from '#lib/ledger/index.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { settingsOf } from '#lib/task/settings.ts'
import { START_MS } from '../support/clock.ts'
import { begin, codeOf, eventsOf, finish, freshId, hire, pass, refusal, sweep, taskOf } from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, rowsOf, snapshot } from '../support/ledger.ts'

const now = new Date(START_MS).toISOString()
const reason = 'it hangs'

forEachDialect('failTask', (open) => {
  it('ends the attempt under way with its session, and leaves the rest to a person', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await linkSession(ledger.context, { ...ref, sessionId: 'one' })
    const task = await failTask(ledger.context, { taskId: ref.taskId, reason })
    expect(task).toMatchObject({ status: 'failed', sealedAt: null, finishedAt: now, workerId: null, reason })
    expect(task).toMatchObject({
      nextAction: 'hold',
      nextAt: null,
      nextReason: 'an operator failed it',
      retriesUsed: 0,
    })
    expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([{ status: 'failed', cause: 'operator', reason }])
    expect(await rowsOf(ledger, 'sessions')).toMatchObject([{ status: 'invalidated' }])
    expect((await eventsOf(ledger, ref.taskId)).at(-1)).toMatchObject({
      type: 'task.failed',
      fromStatus: 'running',
      toStatus: 'failed',
      reason,
      actor: { kind: 'person', name: 'ada' },
      data: { sealed: false },
    })
  })

  it('is carried out by no sweep, however late', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await failTask(ledger.context, { taskId: ref.taskId, reason })
    await pass(ledger, 120_000)
    await sweep(ledger)
    expect(await rowsOf(ledger, 'task_history')).toMatchObject([{ status: 'failed', next_action: 'hold' }])
  })

  it('leaves what was saved to a later attempt, while one may follow', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { strategy: 'resume-from-checkpoint' })
    const { taskId } = ref
    await saveCheckpoint(ledger.context, { ...ref, turn: 3, state: { plan: 'half done' } })
    expect(await failTask(ledger.context, { taskId, reason })).toMatchObject({ status: 'failed', checkpointTurn: 3 })
    await releaseTask(ledger.context, { taskId, reason: 'it may go on' })
    await pass(ledger, 10_000)
    await sweep(ledger)
    const { id: workerId } = await hire(ledger)
    const { resume } = await startAttempt(ledger.context, { taskId, workerId, requestId: freshId('request') })
    expect(resume).toMatchObject({ kind: 'checkpoint', turn: 3, state: { plan: 'half done' } })
  })

  it('by its worker, held, and released to a strategy that now resumes goes on from what was saved', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const { taskId } = ref
    await saveCheckpoint(ledger.context, { ...ref, turn: 2, state: { plan: 'half done' } })
    await finish(ledger, ref, { outcome: 'failed' })
    await holdTask(ledger.context, { taskId, reason })
    const context = ledger.contextOf({ policy: createPolicy(settingsOf({ strategy: 'resume-from-checkpoint' })) })
    expect(await releaseTask(context, { taskId, reason })).toMatchObject({ status: 'failed', nextAction: 'resume' })
    await pass(ledger, 10_000)
    await sweep(ledger)
    expect(await rowsOf(ledger, 'task_history')).toMatchObject([
      { status: 'assigned', retries_used: 1, resumes_used: 1 },
    ])
    await checkInvariants(ledger)
  })

  it('seals a task that has no retry left', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { maxRetries: 0 })
    const task = await failTask(ledger.context, { taskId: ref.taskId, reason })
    expect(task).toMatchObject({ status: 'failed', sealedAt: now, nextAction: null })
  })

  it('fails what never began, was given to somebody, waits, or was interrupted', async () => {
    const ledger = await open()
    const queued = await createTask(ledger.context, taskOf())
    const assigned = await createTask(ledger.context, taskOf())
    await reassignTask(ledger.context, { taskId: assigned.id, reason: 'push' })
    const waiting = await begin(ledger)
    await ledger.sql(`UPDATE task_history SET status = 'waiting' WHERE id = '${waiting.task.id}'`)
    const interrupted = await begin(ledger)
    await finish(ledger, interrupted.ref, { outcome: 'interrupted' })
    for (const { id } of [queued, assigned, waiting.task, interrupted.task]) {
      expect((await failTask(ledger.context, { taskId: id, reason })).status).toBe('failed')
    }
  })
})

forEachDialect('failTask is refused', (open) => {
  it('for what failed already, and names what may follow', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref, { outcome: 'failed' })
    expect(await refusal(failTask(ledger.context, { taskId: ref.taskId, reason }))).toMatchObject({
      code: 'invalid_transition',
      facts: { status: 'failed', allowedTargets: expect.arrayContaining(['assigned', 'cancelled']) },
    })
  })

  it('for what is sealed or does not exist, and changes nothing', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref)
    const before = await snapshot(ledger)
    expect(await codeOf(failTask(ledger.context, { taskId: ref.taskId, reason }))).toBe('sealed_task')
    expect(await codeOf(failTask(ledger.context, { taskId: 'no-task', reason }))).toBe('not_found')
    expect(await snapshot(ledger)).toEqual(before)
  })

  it('for side effects that nothing undoes, where it would be final', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { maxRetries: 0, sideEffects: true })
    const before = await snapshot(ledger)
    expect(await codeOf(failTask(ledger.context, { taskId: ref.taskId, reason }))).toBe('compensation_required')
    expect(await snapshot(ledger)).toEqual(before)
  })
})
