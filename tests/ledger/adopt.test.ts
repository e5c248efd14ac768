import { expect, it } from 'vitest'
import {
  adoptReport,
  claimTasks,
  compensateTask,
  failTask,
  finishAttempt,
  getTask,
  heartbeat,
  holdTask,
  listReports,
  reassignTask,
  registerCompensation,
  reportProgress,
} from '#lib/ledger/index.ts'
import type { FinishAttempt } from '#lib/task/commands.ts'
import { LIMITS } from '#lib/task/schema.ts'
import {
  begin,
  codeOf,
  eventsOf,
  finish,
  freshId,
  hire,
  pass,
  refusal,
  reportOf,
  startedBy,
  sweep,
} from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'

const reason = 'its work was done'

/** Attempt 1 reports when attempt 2 is under way. */
async function overtaken(ledger: Ledger, report: Partial<FinishAttempt> = {}, changes = {}) {
  const { ref } = await begin(ledger, { maxRetries: 2, ...changes })
  await reportProgress(ledger.context, { ...ref, costUsd: 0.5 })
  await pass(ledger, 30_000)
  await sweep(ledger)
  const second = await startedBy(ledger, ref.taskId)
  const late = reportOf(ref, { messageId: 'late', costUsd: 2.5, turns: 9, artifacts: { patch: 'diff' }, ...report })
  expect(await codeOf(finishAttempt(ledger.context, late))).toBe('fence_rejected')
  return { taskId: ref.taskId, first: ref, second }
}

const adopt = ({ context }: Ledger, taskId: string, changes = {}) =>
  adoptReport(context, { taskId, reportId: 'late', reason, ...changes })
const read = ({ context }: Ledger, taskId: string) => getTask(context, { taskId })

/** A change of status that is another operation's business, with its line in the history. */
async function byHand({ sql }: Ledger, taskId: string, from: string, to: string): Promise<void> {
  await sql(`UPDATE task_history SET status = '${to}', reassigned_from = NULL WHERE id = '${taskId}'`)
  await sql(`INSERT INTO task_events (type, task_id, from_status, to_status, actor_kind, actor_name, at)
    VALUES ('task.noted', '${taskId}', '${from}', '${to}', 'system', 'test', 1)`)
}

/** How a task comes to each status while the report of its first attempt is kept. */
const WAYS: Record<string, (ledger: Ledger, at: Awaited<ReturnType<typeof overtaken>>) => Promise<unknown>> = {
  running: async () => {},
  waiting: (ledger, { taskId }) => byHand(ledger, taskId, 'running', 'waiting'),
  interrupted: (ledger, { second }) => finish(ledger, second, { outcome: 'interrupted' }),
  failed: (ledger, { second }) => finish(ledger, second, { outcome: 'failed' }),
  assigned: async (ledger, { taskId, second }) => {
    await finish(ledger, second, { outcome: 'interrupted' })
    await reassignTask(ledger.context, { taskId, reason: 'again' })
  },
  queued: async (ledger, { taskId, second }) => {
    await finish(ledger, second, { outcome: 'interrupted' })
    await reassignTask(ledger.context, { taskId, reason: 'again' })
    await byHand(ledger, taskId, 'assigned', 'queued')
  },
}

forEachDialect('adoptReport', (open) => {
  it.each(Object.keys(WAYS))('makes the kept result that of a task that is %s', async (status) => {
    const ledger = await open()
    const at = await overtaken(ledger)
    await WAYS[status]?.(ledger, at)
    expect((await read(ledger, at.taskId)).task.status).toBe(status)
    const retriesUsed = (await read(ledger, at.taskId)).task.retriesUsed
    const task = await adopt(ledger, at.taskId)
    expect(task).toMatchObject({
      status: 'success',
      attempt: 3,
      workerId: null,
      nextAction: null,
      retriesUsed,
      turns: 9,
    })
    expect(task).toMatchObject({ artifacts: { patch: 'diff' }, costUsd: 2.5 })
    expect(task.sealedAt).not.toBeNull()
    const { attempts, lateReports } = await read(ledger, at.taskId)
    expect(attempts[0]).toMatchObject({
      status: 'success',
      cause: 'adopted',
      workerId: at.first.workerId,
      costUsd: 2.5,
    })
    expect(lateReports).toMatchObject([{ id: 'late', status: 'adopted', outcome: 'success' }])
    expect((await eventsOf(ledger, at.taskId)).at(-1)).toMatchObject({
      ...{ type: 'task.adopted', fromStatus: 'running', toStatus: 'success', reason, actor: { name: 'ada' } },
      data: { reportId: 'late', reportAttempt: 1, outcome: 'success', sealed: true },
    })
    await checkInvariants(ledger)
  })

  it('ends a running attempt first: its worker hears that it is lost, and what it reports is kept', async () => {
    const ledger = await open()
    const { taskId, second } = await overtaken(ledger)
    await adopt(ledger, taskId)
    const held = [{ taskId, attempt: 2 }]
    const beat = await heartbeat(ledger.context, { workerId: second.workerId, held })
    expect(beat.held).toMatchObject([{ verdict: 'lost' }])
    expect((await read(ledger, taskId)).attempts[1]).toMatchObject({ status: 'interrupted', cause: 'adopted' })
    await finish(ledger, second, { messageId: 'second' }).catch(() => undefined)
    expect((await read(ledger, taskId)).lateReports).toMatchObject([{ id: 'second' }, { id: 'late' }])
    expect((await read(ledger, taskId)).task.turns).toBe(9)
  })

  it('counts what the attempts between have cost, and what the reporting one had told before only once', async () => {
    const ledger = await open()
    const { taskId, second } = await overtaken(ledger)
    await reportProgress(ledger.context, { ...second, costUsd: 1 })
    expect((await adopt(ledger, taskId)).costUsd).toBe(3.5)
  })

  it('the same report a second time is a success that changes nothing', async () => {
    const ledger = await open()
    const { taskId } = await overtaken(ledger)
    const first = await adopt(ledger, taskId)
    const before = await snapshot(ledger, ['task_history', 'task_attempts', 'task_events', 'late_reports'])
    expect(await adopt(ledger, taskId)).toEqual(first)
    expect(await snapshot(ledger, ['task_history', 'task_attempts', 'task_events', 'late_reports'])).toEqual(before)
  })

  it('is refused for a sealed task and for an unknown report', async () => {
    const ledger = await open()
    const { taskId, second } = await overtaken(ledger)
    expect(await codeOf(adopt(ledger, taskId, { reportId: 'other' }))).toBe('not_found')
    expect(await codeOf(adopt(ledger, taskId, { attempt: 2 }))).toBe('not_found')
    expect(await codeOf(adopt(ledger, 'nobody'))).toBe('not_found')
    await finish(ledger, second)
    const before = await snapshot(ledger)
    expect(await codeOf(adopt(ledger, taskId))).toBe('sealed_task')
    expect(await snapshot(ledger)).toEqual(before)
  })

  it('is refused for a report that says nothing', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await failTask(ledger.context, { taskId: ref.taskId, reason: 'stuck' })
    expect(await codeOf(finish(ledger, ref, { messageId: 'late', outcome: 'interrupted' }))).toBe('fence_rejected')
    expect(await codeOf(adopt(ledger, ref.taskId))).toBe('invalid_transition')
  })

  it('is refused for a report that was accepted', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await pass(ledger, 30_000)
    await sweep(ledger)
    await finish(ledger, ref, { messageId: 'late', outcome: 'failed' })
    expect(await refusal(adopt(ledger, ref.taskId))).toMatchObject({ message: 'the report was accepted when it came' })
  })

  it('asks which one is meant where two attempts used the same id', async () => {
    const ledger = await open()
    const { taskId, second } = await overtaken(ledger)
    await failTask(ledger.context, { taskId, reason: 'stuck' })
    expect(await codeOf(finish(ledger, second, { messageId: 'late', turns: 2 }))).toBe('fence_rejected')
    expect(await codeOf(adopt(ledger, taskId))).toBe('validation')
    expect(await adopt(ledger, taskId, { attempt: 2 })).toMatchObject({ status: 'success', turns: 2 })
  })

  it('of a failure leaves the retries to come, and seals when none is left', async () => {
    const ledger = await open()
    const error = { class: 'E', message: 'no' }
    const { taskId } = await overtaken(ledger, { outcome: 'failed', error })
    const failed = await adopt(ledger, taskId)
    expect(failed).toMatchObject({ status: 'failed', sealedAt: null, nextAction: 'reassign', errorMessage: 'no' })
    const last = await overtaken(ledger, { outcome: 'failed' }, { maxRetries: 0, sideEffects: true })
    expect(await codeOf(adopt(ledger, last.taskId))).toBe('compensation_required')
    await registerCompensation(ledger.context, { taskId: last.taskId, kind: 'none', reason: 'it only read' })
    expect((await adopt(ledger, last.taskId)).sealedAt).not.toBeNull()
    await checkInvariants(ledger)
  })

  it.each(['cancelled', 'aborted_no_skill'] as const)('of %s seals the task so', async (outcome) => {
    const ledger = await open()
    const { taskId } = await overtaken(ledger, { outcome })
    expect((await adopt(ledger, taskId)).status).toBe(outcome)
    await checkInvariants(ledger)
  })

  it('may be done to a held task, and not to one that is being undone', async () => {
    const ledger = await open()
    const held = await overtaken(ledger)
    await finish(ledger, held.second, { outcome: 'interrupted' })
    await holdTask(ledger.context, { taskId: held.taskId, reason: 'look' })
    expect(await adopt(ledger, held.taskId)).toMatchObject({ status: 'success', heldAt: null })
    const undone = await overtaken(ledger)
    await registerCompensation(ledger.context, { taskId: undone.taskId, kind: 'branch', target: 't', reason: 'r' })
    await finish(ledger, undone.second, { outcome: 'interrupted' })
    await compensateTask(ledger.context, { taskId: undone.taskId, reason: 'undo' })
    expect(await codeOf(adopt(ledger, undone.taskId))).toBe('invalid_transition')
  })

  it('is no way past the ones who ask at once: one adopts, the others see it done', async () => {
    const ledger = await open()
    const { taskId } = await overtaken(ledger)
    const other = ledger.contextOf({ db: await ledger.another() })
    const asked = [ledger.context, other, ledger.context, other].map((context) =>
      adoptReport(context, { taskId, reportId: 'late', reason }),
    )
    expect((await Promise.all(asked)).map(({ attempt }) => attempt)).toEqual([3, 3, 3, 3])
    expect((await eventsOf(ledger, taskId)).filter(({ type }) => type === 'task.adopted')).toHaveLength(1)
  })
})

forEachDialect('late reports', (open) => {
  it('are readable with all that they left behind, newest first', async () => {
    const ledger = await open()
    const { taskId, first } = await overtaken(ledger)
    const { reports } = await listReports(ledger.context, { taskId })
    expect(reports).toMatchObject([
      { id: 'late', attempt: 1, workerId: first.workerId, costUsd: 2.5, tokensIn: null, artifacts: { patch: 'diff' } },
    ])
    const { lateReports } = await read(ledger, taskId)
    expect(lateReports[0]).not.toHaveProperty('artifacts')
    expect(await codeOf(listReports(ledger.context, { taskId: 'nobody' }))).toBe('not_found')
  })

  it('are kept of one attempt up to a limit', async () => {
    const ledger = await open()
    const { taskId, first } = await overtaken(ledger)
    for (let count = 0; count < LIMITS.reports + 3; count += 1) {
      expect(await codeOf(finish(ledger, first))).toBe('fence_rejected')
    }
    expect(await rowsOf(ledger, 'late_reports')).toHaveLength(LIMITS.reports)
    const worker = await hire(ledger)
    await claimTasks(ledger.context, { workerId: worker.id, requestId: freshId('r') })
    expect((await read(ledger, taskId)).lateReports).toHaveLength(LIMITS.reports)
  })
})
