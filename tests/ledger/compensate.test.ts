import { expect, it } from 'vitest'
import { finishStep } from '#lib/ledger/compensation/finish-step.ts'
import { takeSteps } from '#lib/ledger/compensation/take-steps.ts'
import { finishAttempt, getTask, holdTask, registerCompensation, releaseTask, startAttempt } from '#lib/ledger/index.ts'
import { begin, codeOf, eventTypes, finish, freshId, hire, refusal, reportOf } from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'
import { interruptedAfter, knowing, openUndoer, signatureOf, sweepBy, undo } from '../support/undoer.ts'

const read = ({ context }: Ledger, taskId: string) => getTask(context, { taskId })

const reason = 'nobody wants it'

forEachDialect('a task that is to be undone', (open) => {
  it('has each step undone once, from the last to the first, and is then compensated', async () => {
    const ledger = await open()
    const undoer = await openUndoer()
    const context = knowing(ledger, undoer.url)
    const { taskId } = await interruptedAfter(ledger, context, ['branch', 'tag', 'none', 'branch'])
    expect((await read(ledger, taskId)).task).toMatchObject({ status: 'interrupted', nextAction: 'compensate' })
    expect(await undo(context)).toBe(3)
    expect(undoer.calls.map(({ told }) => told)).toEqual(['branch t4 1', 'tag t2 1', 'branch t1 1'])
    const { task, compensations } = await read(ledger, taskId)
    expect(task).toMatchObject({ status: 'compensated', nextAction: null })
    expect(task.sealedAt).not.toBeNull()
    expect(compensations.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'done'])
    const types = (await eventTypes(ledger, taskId)).slice(-5)
    expect(types).toEqual(['task.compensating', ...Array(3).fill('task.compensation_done'), 'task.compensated'])
    expect(await undo(context)).toBe(0)
    await checkInvariants(ledger)
  })

  it('has no step touched before its verdict was carried out, nor when something else is to become of it', async () => {
    const ledger = await open()
    const undoer = await openUndoer()
    const context = knowing(ledger, undoer.url)
    const { ref } = await begin(ledger)
    await registerCompensation(context, { ...ref, kind: 'branch', target: 't', reason })
    const task = await finishAttempt(context, reportOf(ref, { outcome: 'interrupted' }))
    expect(task).toMatchObject({ nextAction: 'compensate', compensatingSince: null })
    expect(await undo(context)).toBe(0)
    await ledger.sql("UPDATE task_history SET next_action = 'reassign', compensating_since = 1")
    expect(await undo(context)).toBe(0)
    expect(undoer.calls).toEqual([])
  })

  it('is compensated after a failure too, also when no retry is left', async () => {
    const ledger = await open()
    const undoer = await openUndoer()
    const context = knowing(ledger, undoer.url)
    for (const maxRetries of [0, 1]) {
      const { ref } = await begin(ledger, { maxRetries, sideEffects: true })
      await registerCompensation(context, { ...ref, kind: 'branch', target: 't', reason })
      const failed = await finishAttempt(context, reportOf(ref, { outcome: 'failed' }))
      expect(failed).toMatchObject({ status: 'failed', sealedAt: null, nextAction: 'compensate' })
      await sweepBy(context)
      await undo(context)
      expect((await read(ledger, ref.taskId)).task.status).toBe('compensated')
    }
    await checkInvariants(ledger)
  })

  it('is left to the budget by any other strategy', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { maxRetries: 0, sideEffects: true })
    await registerCompensation(ledger.context, { ...ref, kind: 'branch', target: 't', reason })
    const failed = await finish(ledger, ref, { outcome: 'failed' })
    expect(failed.sealedAt).not.toBeNull()
  })

  it('signs each call, names the step by an idempotency key, and says what is to be undone', async () => {
    const ledger = await open()
    const undoer = await openUndoer()
    const context = knowing(ledger, undoer.url)
    const { taskId } = await interruptedAfter(ledger, context, ['branch', 'tag'])
    await undo(context, new Map([['tag', 'hush']]))
    const [tag, branch] = undoer.calls
    if (!tag || !branch) throw new Error('the handler was not called twice')
    expect(tag.headers['rollcall-signature']).toBe(signatureOf(tag, 'hush'))
    expect(tag.headers['rollcall-signature']).not.toBe(signatureOf(tag, 'other'))
    expect(Number(tag.headers['rollcall-timestamp'])).toBe(Math.floor(ledger.clock() / 1000))
    expect(branch.headers['rollcall-signature']).toBeUndefined()
    expect(tag.headers['idempotency-key']).toBe(`${taskId}/s2`)
    expect(JSON.parse(tag.text)).toEqual({
      ...{ taskId, title: 'Fix login', compensationId: 's2', attempt: 1, kind: 'tag', target: 't2' },
      ...{ reason: 'did it', try: 1, idempotencyKey: `${taskId}/s2` },
    })
  })

  it('is taken by no worker meanwhile, and a late result is kept instead of accepted', async () => {
    const ledger = await open()
    const undoer = await openUndoer()
    const context = knowing(ledger, undoer.url)
    const ref = await interruptedAfter(ledger, context, ['branch'])
    const other = await hire(ledger)
    const start = { taskId: ref.taskId, workerId: other.id, requestId: freshId('r') }
    expect((await refusal(startAttempt(context, start))).message).toContain('being undone')
    expect(await codeOf(finishAttempt(context, reportOf(ref, { messageId: 'late' })))).toBe('fence_rejected')
    expect((await read(ledger, ref.taskId)).lateReports).toMatchObject([{ id: 'late', status: 'kept' }])
    expect(await undo(context)).toBe(1)
  })

  it('stops after the step under way when it is held, and goes on when it is released', async () => {
    const ledger = await open()
    const undoer = await openUndoer()
    const context = knowing(ledger, undoer.url)
    const { taskId } = await interruptedAfter(ledger, context, ['branch', 'branch'])
    const [order] = await takeSteps(context, { max: 1 })
    await holdTask(context, { taskId, reason: 'wait' })
    await finishStep(context, { taskId, stepId: order?.step.id ?? '', tries: 1, error: null })
    ledger.clock.advance(3_600_000)
    expect(await undo(context)).toBe(0)
    expect((await read(ledger, taskId)).task).toMatchObject({
      ...{ status: 'interrupted', nextAction: 'hold', nextAt: null, nextReason: 'ada holds it: wait' },
    })
    await releaseTask(context, { taskId, reason: 'go on' })
    expect(await undo(context)).toBe(1)
    expect((await read(ledger, taskId)).task.status).toBe('compensated')
    await checkInvariants(ledger)
  })
})
