import { expect, it } from 'vitest'
import { claimTasks, compensateTask, finishAttempt, getTask, reassignTask } from '#lib/ledger/index.ts'
import { begin, codeOf, eventsOf, finish, freshId, hire, refusal, reportOf } from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'
import { interruptedAfter, knowing, openUndoer, undo } from '../support/undoer.ts'

const read = ({ context }: Ledger, taskId: string) => getTask(context, { taskId })

const reason = 'nobody wants it'

forEachDialect('compensateTask', (open) => {
  it('undoes by hand what was interrupted or failed, under any strategy', async () => {
    const ledger = await open()
    const undoer = await openUndoer()
    const context = knowing(ledger, undoer.url, {}, 'hold-for-operator')
    const { taskId } = await interruptedAfter(ledger, context, ['branch'])
    expect(await undo(context)).toBe(0)
    const task = await compensateTask(context, { taskId, reason })
    expect(task).toMatchObject({ nextAction: 'compensate', nextReason: `ada asked for it: ${reason}` })
    expect(await codeOf(compensateTask(context, { taskId, reason }))).toBe('invalid_transition')
    expect(await undo(context)).toBe(1)
    expect((await read(ledger, taskId)).task.status).toBe('compensated')
    expect(await codeOf(compensateTask(context, { taskId, reason }))).toBe('sealed_task')
  })

  it('is refused for what a worker holds, and where no step is registered', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    expect(await refusal(compensateTask(ledger.context, { taskId: ref.taskId, reason }))).toMatchObject({
      code: 'invalid_transition',
      facts: { status: 'running' },
    })
    await finish(ledger, ref, { outcome: 'interrupted' })
    expect(await codeOf(compensateTask(ledger.context, { taskId: ref.taskId, reason }))).toBe('compensation_required')
  })

  it('with nothing but the word that there is nothing to undo compensates at once', async () => {
    const ledger = await open()
    const context = knowing(ledger, 'http://127.0.0.1:9/')
    const { taskId } = await interruptedAfter(ledger, context, ['none'])
    expect(await undo(context)).toBe(0)
    expect((await read(ledger, taskId)).task).toMatchObject({
      status: 'compensated',
      reason: 'there was nothing to undo',
    })
  })

  it('gives way to a reassignment, whose attempt may be undone anew', async () => {
    const ledger = await open()
    const undoer = await openUndoer()
    const context = knowing(ledger, undoer.url)
    const { taskId } = await interruptedAfter(ledger, context, ['branch'])
    await reassignTask(context, { taskId, reason: 'try again' })
    expect(await undo(context)).toBe(0)
    expect((await read(ledger, taskId)).task).toMatchObject({ status: 'assigned', compensatingSince: null })
  })
})

forEachDialect('a step that a worker undoes', (open) => {
  async function delegated(ledger: Ledger, changes = {}) {
    const worker = await hire(ledger, { skills: ['compensate:mail'], leaseMs: 3_600_000 })
    const context = knowing(ledger, 'http://127.0.0.1:9/', changes)
    const { taskId } = await interruptedAfter(ledger, context, ['mail'])
    expect(await undo(context)).toBe(0)
    const [runner] = await claimTasks(context, { workerId: worker.id, requestId: freshId('claim') })
    if (!runner) throw new Error('nothing was given to the worker')
    return { context, taskId, worker, runner, ref: { taskId: runner.id, workerId: worker.id, attempt: 1 } }
  }

  it('is a task of its own with the skill, whose success undoes it', async () => {
    const ledger = await open()
    const { context, taskId, runner, ref } = await delegated(ledger)
    expect(runner).toMatchObject({
      ...{
        requires: ['compensate:mail'],
        labels: { 'rollcall/compensates': taskId },
        title: 'Undo mail of: Fix login',
      },
      payload: { compensation: { taskId, stepId: 's1', kind: 'mail', target: 't1', idempotencyKey: `${taskId}/s1` } },
    })
    expect((await read(ledger, taskId)).compensations).toMatchObject([{ status: 'running', runnerTaskId: runner.id }])
    await undo(context)
    expect((await read(ledger, taskId)).task.status).toBe('interrupted')
    await finishAttempt(context, reportOf(ref))
    await undo(context)
    expect((await read(ledger, taskId)).task.status).toBe('compensated')
    expect((await eventsOf(ledger, taskId)).filter(({ type }) => type === 'task.compensation_done')).toHaveLength(1)
    await checkInvariants(ledger)
  })

  it('quarantines its task when its own retries are used up', async () => {
    const ledger = await open()
    const { context, taskId, ref } = await delegated(ledger, { triesMax: 1 })
    await finishAttempt(context, reportOf(ref, { outcome: 'failed', error: { class: 'E', message: 'no mail server' } }))
    await undo(context)
    expect((await read(ledger, taskId)).task).toMatchObject({
      status: 'quarantined',
      reason: 'step 1 of 1 (mail) could not be undone in 1 try',
    })
    expect((await read(ledger, taskId)).compensations).toMatchObject([
      { status: 'failed', error: 'its task ended as failed: no mail server' },
    ])
    await checkInvariants(ledger)
  })

  it('is called off when it takes too long', async () => {
    const ledger = await open()
    const { context, taskId, runner, ref, worker } = await delegated(ledger, { workerTimeoutMs: 60_000 })
    ledger.clock.advance(60_000)
    await undo(context)
    expect((await read(ledger, runner.id)).task.cancelRequestedAt).not.toBeNull()
    await finishAttempt(context, reportOf({ ...ref, workerId: worker.id }, { outcome: 'cancelled' }))
    await undo(context)
    expect((await read(ledger, taskId)).task.status).toBe('quarantined')
    await checkInvariants(ledger)
  })
})
