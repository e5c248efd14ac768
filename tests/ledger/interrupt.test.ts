import { expect, it } from 'vitest'
import type { Plan } from '#lib/db/types.ts'
import { operation } from '#lib/ledger/core/operation.ts'
import {
  cancelTask,
  createTask,
  failTask,
  getTask,
  linkSession,
  listIncidents,
  reassignTask,
  recover,
  reportProgress,
  startAttempt,
  stopWorker,
} from '#lib/ledger/index.ts'
import { type InterruptTask, interrupt } from '#lib/ledger/recovery/interrupt.ts'
import { START_MS } from '../support/clock.ts'
import {
  begin,
  eventsOf,
  eventTypes,
  finish,
  freshId,
  hire,
  pass,
  type Ref,
  sweep,
  taskOf,
} from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot, TABLES } from '../support/ledger.ts'

const at = (ms: number) => new Date(START_MS + ms).toISOString()

const taskRow = async (ledger: Ledger, ref: Ref) => (await getTask(ledger.context, { taskId: ref.taskId })).task

/** Lets the leases of all workers run out, and recovers. */
async function die(ledger: Ledger) {
  await pass(ledger, 30_000)
  return sweep(ledger)
}

const link = ({ context }: Ledger, ref: Ref, sessionId: string) => linkSession(context, { ...ref, sessionId })

forEachDialect('an interruption', (open) => {
  it('leaves the task interrupted, with what comes next and without an end', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await reportProgress(ledger.context, { ...ref, phase: 'planning', costUsd: 1.25, tokensIn: 700, turns: 3 })
    await die(ledger)
    expect(await taskRow(ledger, ref)).toMatchObject({
      ...{ status: 'interrupted', sealedAt: null, workerId: null, phase: null, finishedAt: null, attempt: 1 },
      ...{ interruptedAt: at(30_000), interruptions: 1, retriesUsed: 0, reason: 'its worker stopped answering' },
      ...{ nextAction: 'reassign', nextAt: at(40_000) },
      nextReason: 'its worker stopped answering (interruption 1 of 3)',
      ...{ costUsd: 1.25, tokensIn: 700, tokensOut: null, turns: 3, artifacts: null },
    })
  })

  it('seals the attempt and keeps the last heartbeat of its worker', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await die(ledger)
    const { attempts } = await getTask(ledger.context, { taskId: ref.taskId })
    expect(attempts).toMatchObject([
      { status: 'interrupted', cause: 'suspected', finishedAt: at(30_000), lastHeartbeatAt: at(0), exitCode: -1 },
    ])
    expect(attempts[0]).toMatchObject({ costUsd: null, tokensIn: null, turns: null })
  })

  it('invalidates the session and tells why', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const sessionId = freshId('session')
    await link(ledger, ref, sessionId)
    await die(ledger)
    const { session } = await getTask(ledger.context, { taskId: ref.taskId })
    const reason = 'attempt 1 was interrupted: its worker stopped answering'
    expect(session).toMatchObject({ id: sessionId, status: 'invalidated', endedAt: at(30_000), reason })
  })

  it('prints one hint, which history and the run keep', async () => {
    const ledger = await open()
    const about = { repo: 'acme/api', issueNumber: 1104, agent: 'coder' }
    const { ref, worker } = await begin(ledger, about)
    await link(ledger, ref, '7f3e0b')
    await pass(ledger, 30_000)
    const printed: string[] = []
    const run = await recover(ledger.context, { trigger: 'sweep', sweepMs: 1000, onHint: (text) => printed.push(text) })
    const hint =
      `[recovery] task ${ref.taskId} interrupted: acme/api#1104 "Fix login" agent=coder worker=${worker.name} ran=30s ` +
      'last heartbeat 30s ago · session 7f3e0b invalidated · next: reassign in 10s (interruption 1 of 3)'
    expect(printed).toEqual([hint])
    expect(run.hints).toEqual([{ taskId: ref.taskId, text: hint }])
    const event = (await eventsOf(ledger, ref.taskId)).at(-1)
    expect(event).toMatchObject({ type: 'task.interrupted', fromStatus: 'running', toStatus: 'interrupted' })
    expect(event?.data).toMatchObject({ hint, cause: 'suspected', sessionId: '7f3e0b' })
  })

  it('opens one incident a worker, which its tasks share', async () => {
    const ledger = await open()
    const [first, second] = [await hire(ledger), await hire(ledger)]
    const tasks = [await begin(ledger, {}, first), await begin(ledger, {}, first), await begin(ledger, {}, second)]
    await die(ledger)
    const { incidents } = await listIncidents(ledger.context, {})
    expect(incidents).toHaveLength(2)
    for (const { task, worker } of tasks) {
      const { incidentId } = (await getTask(ledger.context, { taskId: task.id })).task
      expect(incidents.find(({ id }) => id === incidentId)).toMatchObject({
        workerId: worker.id,
        cause: 'worker_death',
      })
    }
    const totals = incidents.map(({ total, open, workerId }) => ({ total, open, isFirst: workerId === first.id }))
    expect(totals).toContainEqual({ total: 2, open: 2, isFirst: true })
    expect(totals).toContainEqual({ total: 1, open: 1, isFirst: false })
  })

  it('is one commit: a fault after any of its statements leaves nothing of it', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await link(ledger, ref, freshId('session'))
    const before = await snapshot(ledger, TABLES)
    let statements = 0
    for (let allowed = 0; ; allowed += 1) {
      const [result] = await breaking(allowed).many(ledger.context, [{ ...ref, cause: 'declared' }])
      statements = allowed
      if (result?.ok) break
      expect(result?.error.message).toBe('the power went out')
      expect(await snapshot(ledger, TABLES)).toEqual(before)
    }
    expect(statements).toBeGreaterThanOrEqual(8)
    expect(await taskRow(ledger, ref)).toMatchObject({ status: 'interrupted' })
    await checkInvariants(ledger)
  })

  it('touches no task in another state', async () => {
    const ledger = await open()
    const living = await hire(ledger, { leaseMs: 3_600_000 })
    await createTask(ledger.context, taskOf())
    const pinned = await createTask(ledger.context, taskOf())
    await reassignTask(ledger.context, { taskId: pinned.id, workerId: living.id, reason: 'it has the checkout' })
    await begin(ledger, {}, living)
    const doomed = await hire(ledger)
    for (const outcome of ['success', 'cancelled', 'aborted_no_skill'] as const) {
      await finish(ledger, (await begin(ledger, {}, doomed)).ref, { outcome })
    }
    const failed = await begin(ledger, {}, doomed)
    await failTask(ledger.context, { taskId: failed.task.id, reason: 'wrong branch' })
    const before = (await rowsOf(ledger, 'task_history')).filter(({ id }) => id !== 'the-one')
    await begin(ledger, { id: 'the-one' }, doomed)
    expect(await die(ledger)).toMatchObject({ interrupted: 1, reassigned: 0 })
    expect((await rowsOf(ledger, 'task_history')).filter(({ id }) => id !== 'the-one')).toEqual(before)
  })
})

/** Interrupts, but the power goes out after so many statements. */
function breaking(allowed: number) {
  return operation<InterruptTask, unknown>(
    'breaking',
    ({ taskId }) => taskId,
    (transaction, requests) => cutAfter(allowed, interrupt(transaction, requests)),
  )
}

function* cutAfter<T>(allowed: number, plan: Plan<T>): Plan<T> {
  let step = plan.next()
  for (let count = 0; !step.done; count += 1) {
    if (count === allowed) throw new Error('the power went out')
    step = plan.next(yield step.value)
  }
  return step.value
}

forEachDialect('the death of a worker', (open) => {
  it('cancels what was to be cancelled', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await cancelTask(ledger.context, { taskId: ref.taskId, reason: 'not wanted' })
    expect((await die(ledger)).hints[0]?.text).toContain('next: nothing, it was to be cancelled')
    expect(await taskRow(ledger, ref)).toMatchObject({ status: 'cancelled', sealedAt: at(30_000), nextAction: null })
    expect(await eventTypes(ledger, ref.taskId)).toContain('task.cancelled')
    expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([{ status: 'interrupted', cause: 'suspected' }])
  })

  it('quarantines a task at its fourth interruption, and changes none of its earlier attempts', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    for (let attempt = 2; attempt <= 4; attempt += 1) {
      expect(await die(ledger)).toMatchObject({ interrupted: 1, quarantined: 0 })
      const worker = await hire(ledger)
      await startAttempt(ledger.context, { taskId: ref.taskId, workerId: worker.id, requestId: freshId('r') })
    }
    const before = await snapshot(ledger, ['task_attempts'])
    expect(await die(ledger)).toMatchObject({ interrupted: 0, quarantined: 1 })
    expect(await taskRow(ledger, ref)).toMatchObject({ status: 'quarantined', interruptions: 4, nextAction: null })
    expect((await taskRow(ledger, ref)).reason).toBe(
      'interruption 4 is past the limit of 3: it may be what kills its workers',
    )
    const after = await snapshot(ledger, ['task_attempts'])
    expect(after.task_attempts?.slice(0, 3)).toEqual(before.task_attempts?.slice(0, 3))
    expect(after.task_attempts?.[3]).toMatchObject({ attempt: 4, status: 'interrupted' })
  })
})

forEachDialect('a planned stop', (open) => {
  it('interrupts with the cause shutdown, costs nothing, and leaves the session to be resumed', async () => {
    const ledger = await open()
    const { ref, worker } = await begin(ledger)
    await link(ledger, ref, freshId('session'))
    await stopWorker(ledger.context, { workerId: worker.id, reason: 'a deploy' })
    const { task, attempts, session } = await getTask(ledger.context, { taskId: ref.taskId })
    expect(task).toMatchObject({ status: 'interrupted', interruptions: 0, retriesUsed: 0, nextAction: 'reassign' })
    expect(attempts).toMatchObject([{ cause: 'shutdown', status: 'interrupted', reason: 'its worker shut down' }])
    expect(session).toMatchObject({ status: 'resumable' })
    expect(await rowsOf(ledger, 'incidents')).toMatchObject([{ cause: 'worker_shutdown' }])
    expect((await eventsOf(ledger, ref.taskId)).at(-1)?.data.hint).toContain('resumable')
  })

  it('never quarantines a task, however often it happens', async () => {
    const ledger = await open()
    const { ref, worker } = await begin(ledger)
    await stopWorker(ledger.context, { workerId: worker.id })
    for (let stops = 0; stops < 5; stops += 1) {
      const next = await hire(ledger)
      await startAttempt(ledger.context, { taskId: ref.taskId, workerId: next.id, requestId: freshId('r') })
      await stopWorker(ledger.context, { workerId: next.id })
    }
    expect(await taskRow(ledger, ref)).toMatchObject({ status: 'interrupted', interruptions: 0, attempt: 6 })
  })
})
