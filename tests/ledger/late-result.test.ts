import { expect, it } from 'vitest'
import {
  finishAttempt,
  getTask,
  pauseRecovery,
  reassignTask,
  reportProgress,
  startAttempt,
  stopWorker,
  undoReassignment,
} from '#lib/ledger/index.ts'
import {
  begin,
  codeOf,
  eventsOf,
  finish,
  freshId,
  hire,
  pass,
  reportOf,
  startedBy,
  sweep,
} from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'

/** A task whose worker fell silent, and was found out. */
async function interrupted(ledger: Ledger, changes = {}) {
  const begun = await begin(ledger, changes)
  await pass(ledger, 30_000)
  await sweep(ledger)
  return begun
}

forEachDialect('a late result', (open) => {
  it('of an interrupted task that nobody took over is accepted, and told as late', async () => {
    const ledger = await open()
    const { ref } = await interrupted(ledger)
    const task = await finish(ledger, ref, { turns: 9, messageId: 'late' })
    expect(task).toMatchObject({ status: 'success', turns: 9, nextAction: null, nextAt: null, interruptions: 1 })
    expect(task.interruptedAt).not.toBeNull()
    expect((await getTask(ledger.context, { taskId: ref.taskId })).task).toEqual(task)
    expect((await eventsOf(ledger, ref.taskId)).at(-1)).toMatchObject({
      type: 'task.late_result',
      fromStatus: 'interrupted',
      toStatus: 'success',
      data: { late: true },
    })
    expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([{ status: 'interrupted', cause: 'suspected' }])
    expect(await rowsOf(ledger, 'late_reports')).toMatchObject([{ id: 'late', status: 'accepted', outcome: 'success' }])
  })

  it('sent again is a success that changes nothing, over a restart too', async () => {
    const ledger = await open()
    const { ref } = await interrupted(ledger)
    const report = reportOf(ref)
    const first = await finishAttempt(ledger.context, report)
    await ledger.reopen()
    const before = await snapshot(ledger, ['task_history', 'task_attempts', 'task_events', 'late_reports'])
    expect(await finishAttempt(ledger.context, report)).toEqual(first)
    expect(await snapshot(ledger, ['task_history', 'task_attempts', 'task_events', 'late_reports'])).toEqual(before)
  })

  it('that failed leaves the retries to come', async () => {
    const ledger = await open()
    const { ref } = await interrupted(ledger)
    const task = await finish(ledger, ref, { outcome: 'failed', error: { class: 'E', message: 'no' } })
    expect(task).toMatchObject({ status: 'failed', sealedAt: null, nextAction: 'reassign', errorMessage: 'no' })
    expect(task.retriesUsed).toBe(0)
  })

  it('that failed does not bring back what is to be quarantined', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { maxInterruptions: 0 })
    await reportProgress(ledger.context, { ...ref, waiting: { reason: 'an approval' } })
    await pauseRecovery(ledger.context, { reason: 'a deploy', forMs: 600_000 })
    await pass(ledger, 30_000)
    await sweep(ledger)
    const [row] = await rowsOf(ledger, 'task_history')
    expect(row).toMatchObject({ status: 'interrupted', next_action: 'quarantine' })
    expect(await finish(ledger, ref, { outcome: 'failed' })).toMatchObject({
      status: 'failed',
      sealedAt: null,
      nextAction: 'quarantine',
      nextReason: row?.next_reason,
    })
  })

  it('that says interrupted says what is known already, and changes nothing', async () => {
    const ledger = await open()
    const { ref } = await interrupted(ledger)
    const before = await snapshot(ledger, ['task_history', 'task_attempts', 'task_events', 'late_reports'])
    expect((await finish(ledger, ref, { outcome: 'interrupted' })).status).toBe('interrupted')
    expect(await snapshot(ledger, ['task_history', 'task_attempts', 'task_events', 'late_reports'])).toEqual(before)
  })

  it('that says interrupted does so as well when the task has gone on since', async () => {
    const ledger = await open()
    const { ref } = await interrupted(ledger)
    await startedBy(ledger, ref.taskId)
    const before = await snapshot(ledger, ['task_history', 'task_attempts', 'task_events', 'late_reports'])
    expect((await finish(ledger, ref, { outcome: 'interrupted' })).attempt).toBe(2)
    expect(await snapshot(ledger, ['task_history', 'task_attempts', 'task_events', 'late_reports'])).toEqual(before)
    const other = await hire(ledger)
    const foreign = { ...ref, workerId: other.id }
    expect(await codeOf(finish(ledger, foreign, { outcome: 'interrupted' }))).toBe('fence_rejected')
  })

  it('comes from the goodbye’s own worker as well', async () => {
    const ledger = await open()
    const { ref, worker } = await begin(ledger)
    await stopWorker(ledger.context, { workerId: worker.id })
    expect((await finish(ledger, ref)).status).toBe('success')
  })

  it('that cannot follow an interruption is refused and kept', async () => {
    const ledger = await open()
    const { ref } = await interrupted(ledger)
    expect(await codeOf(finish(ledger, ref, { outcome: 'aborted_no_skill', messageId: 'no' }))).toBe('fence_rejected')
    expect(await rowsOf(ledger, 'late_reports')).toMatchObject([{ id: 'no', status: 'kept' }])
    expect(await rowsOf(ledger, 'task_history')).toMatchObject([{ status: 'interrupted' }])
  })

  it('is refused and kept once somebody took over, and the task tells of it', async () => {
    const ledger = await open()
    const { ref } = await interrupted(ledger)
    const other = await hire(ledger)
    await startAttempt(ledger.context, { taskId: ref.taskId, workerId: other.id, requestId: freshId('request') })
    const before = await snapshot(ledger)
    const report = reportOf(ref, { messageId: 'late', costUsd: 2.5, artifacts: { patch: 'diff' } })
    for (let tries = 0; tries < 2; tries += 1) {
      expect(await codeOf(finishAttempt(ledger.context, report))).toBe('fence_rejected')
    }
    expect(await snapshot(ledger)).toEqual(before)
    const [kept] = await rowsOf(ledger, 'late_reports')
    expect(kept).toMatchObject({ id: 'late', status: 'kept', task_id: ref.taskId, attempt: 1 })
    expect(JSON.parse(String(kept?.report))).toMatchObject({ costUsd: 2.5, artifacts: { patch: 'diff' } })
    expect((await eventsOf(ledger, ref.taskId)).filter(({ type }) => type === 'task.refused')).toMatchObject([
      { reason: 'attempt 1 finished after attempt 2 began', data: { reportId: 'late', outcome: 'success' } },
    ])
  })

  it('of an earlier attempt is refused and kept, also while the newest one is interrupted', async () => {
    const ledger = await open()
    const { ref } = await interrupted(ledger)
    const second = await startedBy(ledger, ref.taskId)
    await finish(ledger, second, { outcome: 'interrupted' })
    expect(await codeOf(finish(ledger, ref, { messageId: 'first' }))).toBe('fence_rejected')
    expect(await rowsOf(ledger, 'late_reports')).toMatchObject([{ id: 'first', attempt: 1, status: 'kept' }])
    expect((await finish(ledger, second)).status).toBe('success')
  })

  it('is kept while the task is given to somebody, and accepted once that was undone', async () => {
    const ledger = await open()
    const { ref } = await interrupted(ledger)
    await reassignTask(ledger.context, { taskId: ref.taskId, reason: 'again' })
    expect(await codeOf(finish(ledger, ref))).toBe('fence_rejected')
    await undoReassignment(ledger.context, { taskId: ref.taskId })
    expect((await finish(ledger, ref)).status).toBe('success')
  })

  it('is kept for each of two tasks that use one message id', async () => {
    const ledger = await open()
    const [first, second] = [await begin(ledger), await begin(ledger)]
    await pass(ledger, 30_000)
    await sweep(ledger)
    const accepted = reportOf(first.ref, { messageId: 'final' })
    await finishAttempt(ledger.context, accepted)
    const task = await finishAttempt(ledger.context, { ...accepted, ...second.ref })
    expect(task).toMatchObject({ id: second.task.id, status: 'success' })
    expect((await getTask(ledger.context, { taskId: second.task.id })).task.status).toBe('success')
  })
})
