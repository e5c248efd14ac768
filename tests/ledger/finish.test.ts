import { expect, it } from 'vitest'
import { cancelTask, failTask, finishAttempt, getTask, noteTask } from '#lib/ledger/index.ts'
import { START_MS } from '../support/clock.ts'
import { begin, codeOf, eventsOf, eventTypes, finish, hire, refusal, reportOf } from '../support/factories.ts'
import { forEachDialect, rowsOf, snapshot } from '../support/ledger.ts'

const at = (ms: number) => new Date(START_MS + ms).toISOString()

forEachDialect('finishAttempt', (open) => {
  it.each([
    { outcome: 'success', status: 'success', sealed: true },
    { outcome: 'cancelled', status: 'cancelled', sealed: true },
    { outcome: 'aborted_no_skill', status: 'aborted_no_skill', sealed: true },
    { outcome: 'failed', status: 'failed', sealed: false },
    { outcome: 'interrupted', status: 'interrupted', sealed: false },
  ] as const)(
    'updates the one row to $status, and ends its attempt as $outcome',
    async ({ outcome, status, sealed }) => {
      const ledger = await open()
      const { ref } = await begin(ledger)
      ledger.clock.advance(60_000)
      const task = await finish(ledger, ref, { outcome, reason: 'skill rust is missing' })
      expect(task).toMatchObject({ status, workerId: null, phase: null, reason: 'skill rust is missing' })
      expect(task.sealedAt).toBe(sealed ? at(60_000) : null)
      expect(task.finishedAt).toBe(outcome === 'interrupted' ? null : at(60_000))
      expect(await rowsOf(ledger, 'task_history')).toHaveLength(1)
      expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([{ status: outcome, finished_at: START_MS + 60_000 }])
      expect((await getTask(ledger.context, { taskId: ref.taskId })).task).toEqual(task)
    },
  )

  it('keeps what the report tells, in the task and in its attempt', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const usage = { costUsd: 1.25, tokensIn: 5_000_000_000, tokensOut: 42, turns: 7 }
    const error = { class: 'TimeoutError', message: 'no answer\nin 30 s' }
    const report = { outcome: 'failed', exitCode: 3, error, ...usage, artifacts: [{ url: 'x' }] } as const
    const task = await finish(ledger, ref, report)
    const kept = { exitCode: 3, errorClass: error.class, errorMessage: error.message, ...usage }
    expect(task).toMatchObject({ ...kept, artifacts: [{ url: 'x' }] })
    expect((await getTask(ledger.context, { taskId: ref.taskId })).attempts).toMatchObject([kept])
  })

  it('leaves unknown what the report does not tell', async () => {
    const ledger = await open()
    const task = await finish(ledger, (await begin(ledger)).ref)
    expect(task).toMatchObject({ costUsd: null, tokensIn: null, tokensOut: null, turns: null, exitCode: null })
  })

  it('writes one line of history with what came of it', async () => {
    const ledger = await open()
    const { ref, worker } = await begin(ledger)
    await finish(ledger, ref, { exitCode: 0, reason: 'merged' })
    expect((await eventsOf(ledger, ref.taskId)).slice(2)).toMatchObject([
      {
        type: 'task.finished',
        fromStatus: 'running',
        toStatus: 'success',
        reason: 'merged',
        workerId: worker.id,
        data: { outcome: 'success', exitCode: 0, sealed: true, late: false },
      },
    ])
  })

  it('takes many at once and answers each', async () => {
    const ledger = await open()
    const worker = await hire(ledger)
    const reports = []
    for (let index = 0; index < 100; index += 1) reports.push(reportOf((await begin(ledger, {}, worker)).ref))
    const stranger = { ...reportOf({ taskId: 'no-task', workerId: worker.id, attempt: 1 }) }
    const results = await finishAttempt.many(ledger.context, [...reports, stranger])
    expect(results.map(({ ok }) => ok)).toEqual([...Array(100).fill(true), false])
    expect((await rowsOf(ledger, 'task_history')).every((row) => row.status === 'success')).toBe(true)
  })
})

forEachDialect('a report that is sent again', (open) => {
  it('with its message id is a success that changes nothing, also with another outcome', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const report = reportOf(ref, { messageId: 'one' })
    const first = await finishAttempt(ledger.context, report)
    await ledger.reopen()
    const before = await snapshot(ledger, ['task_history', 'task_attempts', 'task_events', 'late_reports'])
    expect(await finishAttempt(ledger.context, report)).toEqual(first)
    expect(await finishAttempt(ledger.context, { ...report, outcome: 'failed' })).toEqual(first)
    expect(await snapshot(ledger, ['task_history', 'task_attempts', 'task_events', 'late_reports'])).toEqual(before)
  })

  it('twice at once ends the attempt once', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const report = reportOf(ref)
    const both = await Promise.all([finishAttempt(ledger.context, report), finishAttempt(ledger.context, report)])
    expect(both[0]).toEqual(both[1])
    expect(await eventTypes(ledger, ref.taskId)).toEqual(['task.created', 'task.started', 'task.finished'])
  })

  it('under another message id is refused, kept, and told of once', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref)
    const before = await snapshot(ledger)
    const other = reportOf(ref, { messageId: 'other', outcome: 'failed', costUsd: 3 })
    for (let tries = 0; tries < 3; tries += 1) {
      expect(await codeOf(finishAttempt(ledger.context, other))).toBe('sealed_task')
    }
    expect(await snapshot(ledger)).toEqual(before)
    expect(await rowsOf(ledger, 'late_reports')).toMatchObject([{ id: 'other', status: 'kept', outcome: 'failed' }])
    const refusals = (await eventsOf(ledger, ref.taskId)).filter(({ type }) => type === 'task.refused')
    expect(refusals).toMatchObject([{ reason: 'attempt 1 finished after the task was sealed' }])
  })

  it('after a failure that can be recovered is refused as well', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref, { outcome: 'failed' })
    expect(await refusal(finish(ledger, ref))).toMatchObject({ code: 'fence_rejected', facts: { status: 'failed' } })
    expect(await rowsOf(ledger, 'task_history')).toMatchObject([{ status: 'failed' }])
  })

  it('with the message id of another task says nothing about this one', async () => {
    const ledger = await open()
    const [first, second] = [await begin(ledger), await begin(ledger)]
    await finish(ledger, first.ref, { messageId: 'final' })
    await finish(ledger, second.ref, { messageId: 'final', outcome: 'failed' })
    const statuses = (await rowsOf(ledger, 'task_history')).map((row) => row.status)
    expect(statuses.sort()).toEqual(['failed', 'success'])
  })
})

forEachDialect('a failure', (open) => {
  it('leaves a retry to come by default, and is final once that is used up', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const task = await finish(ledger, ref, { outcome: 'failed' })
    expect(task).toMatchObject({ status: 'failed', sealedAt: null, retriesUsed: 0, nextAction: 'reassign' })
    expect(task).toMatchObject({ nextAt: at(10_000), nextReason: 'its attempt failed (retry 1 of 1)' })
    expect(await rowsOf(ledger, 'task_history')).toMatchObject([{ interruptions: 0, interrupted_at: null }])
  })

  it('of a task without retries seals it at once', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { maxRetries: 0 })
    expect(await finish(ledger, ref, { outcome: 'failed' })).toMatchObject({
      status: 'failed',
      sealedAt: at(0),
      nextAction: null,
    })
  })

  it('of a task with side effects cannot be final before a compensation is registered', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { maxRetries: 0, sideEffects: true })
    const before = await snapshot(ledger)
    expect(await codeOf(finish(ledger, ref, { outcome: 'failed' }))).toBe('compensation_required')
    expect(await snapshot(ledger)).toEqual(before)
    await ledger.sql(`INSERT INTO compensations (id, task_id, kind, target, reason, status, created_at)
      VALUES ('c', '${ref.taskId}', 'branch', 'fix', 'made it', 'registered', 1)`)
    expect((await finish(ledger, ref, { outcome: 'failed' })).sealedAt).toBe(at(0))
  })

  it('is final without one where a retry is left, or where it succeeded', async () => {
    const ledger = await open()
    const [retried, done] = [await begin(ledger, { sideEffects: true }), await begin(ledger, { sideEffects: true })]
    expect((await finish(ledger, retried.ref, { outcome: 'failed' })).status).toBe('failed')
    expect((await finish(ledger, done.ref)).status).toBe('success')
  })
})

forEachDialect('a report of a task that was to be cancelled', (open) => {
  it.each(['cancelled', 'interrupted', 'failed'] as const)(
    '%s leaves it cancelled, for the reason given then',
    async (outcome) => {
      const ledger = await open()
      const { ref } = await begin(ledger)
      await cancelTask(ledger.context, { taskId: ref.taskId, reason: 'not wanted' })
      const task = await finish(ledger, ref, { outcome })
      expect(task).toMatchObject({ status: 'cancelled', sealedAt: at(0), nextAction: null, reason: 'not wanted' })
      expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([{ status: outcome }])
    },
  )

  it('failed needs no compensation then: nothing is failed for good', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { maxRetries: 0, sideEffects: true })
    await cancelTask(ledger.context, { taskId: ref.taskId, reason: 'not wanted' })
    expect((await finish(ledger, ref, { outcome: 'failed' })).status).toBe('cancelled')
  })

  it('success is success: the work was done', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await cancelTask(ledger.context, { taskId: ref.taskId, reason: 'not wanted' })
    expect((await finish(ledger, ref)).status).toBe('success')
  })
})

forEachDialect('a report is refused', (open) => {
  it('for a task that does not exist, and keeps nothing', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    expect(await codeOf(finish(ledger, { ...ref, taskId: 'no-task' }))).toBe('not_found')
    expect(await rowsOf(ledger, 'late_reports')).toEqual([])
  })

  it('to a worker that never had the attempt, and is not kept as work of its own', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const stranger = await hire(ledger)
    const before = await snapshot(ledger)
    expect(await codeOf(finish(ledger, { ...ref, workerId: stranger.id }))).toBe('fence_rejected')
    expect(await snapshot(ledger)).toEqual(before)
    expect(await rowsOf(ledger, 'late_reports')).toEqual([])
  })

  it('after an operator failed the task, and kept', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await failTask(ledger.context, { taskId: ref.taskId, reason: 'stuck' })
    expect(await codeOf(finish(ledger, ref, { messageId: 'late' }))).toBe('fence_rejected')
    expect(await rowsOf(ledger, 'late_reports')).toMatchObject([{ id: 'late', status: 'kept' }])
    await noteTask(ledger.context, { taskId: ref.taskId, text: 'see the late report' })
    expect((await eventTypes(ledger, ref.taskId)).slice(-2)).toEqual(['task.refused', 'task.noted'])
  })
})
