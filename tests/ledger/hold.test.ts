import { expect, it } from 'vitest'
import {
  cancelTask,
  claimTasks,
  createTask,
  failTask,
  finishAttempt,
  getTask,
  holdTask,
  quarantineTask,
  reassignTask,
  registerCompensation,
  releaseTask,
  startAttempt,
} from '#lib/ledger/index.ts'
import { START_MS } from '../support/clock.ts'
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
  sweep,
  taskOf,
} from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger, snapshot } from '../support/ledger.ts'

const reason = 'the disk is full'
const now = new Date(START_MS).toISOString()
const read = async ({ context }: Ledger, taskId: string) => (await getTask(context, { taskId })).task

async function interrupted(ledger: Ledger): Promise<string> {
  const { ref } = await begin(ledger)
  await finish(ledger, ref, { outcome: 'interrupted' })
  return ref.taskId
}

async function claim(ledger: Ledger): Promise<string[]> {
  const worker = await hire(ledger, { slots: 10 })
  const tasks = await claimTasks(ledger.context, { workerId: worker.id, requestId: freshId('claim'), max: 10 })
  return tasks.map(({ id }) => id)
}

forEachDialect('holdTask', (open) => {
  it('keeps a task that waits for a worker from every worker, until it is released', async () => {
    const ledger = await open()
    const { id: queued } = await createTask(ledger.context, taskOf())
    const assigned = await interrupted(ledger)
    await reassignTask(ledger.context, { taskId: assigned, reason: 'again' })
    for (const taskId of [queued, assigned]) {
      const task = await holdTask(ledger.context, { taskId, reason })
      expect(task).toMatchObject({ heldAt: now, nextAction: 'hold', nextReason: `ada holds it: ${reason}` })
      const { id: workerId } = await hire(ledger)
      const started = startAttempt(ledger.context, { taskId, workerId, requestId: freshId('r') })
      expect(await refusal(started)).toMatchObject({ code: 'invalid_transition' })
    }
    expect(await claim(ledger)).toEqual([])
    for (const taskId of [queued, assigned]) {
      expect(await releaseTask(ledger.context, { taskId, reason })).toMatchObject({ heldAt: null, nextAction: null })
    }
    expect((await claim(ledger)).toSorted()).toEqual([queued, assigned].toSorted())
    await checkInvariants(ledger)
  })

  it('keeps what was interrupted or failed from being brought back by itself', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref, { outcome: 'failed' })
    for (const taskId of [await interrupted(ledger), ref.taskId]) {
      const { status } = await read(ledger, taskId)
      const task = await holdTask(ledger.context, { taskId, reason })
      expect(task).toMatchObject({ status, heldAt: now, nextAction: 'hold', nextAt: null })
      await pass(ledger, 120_000)
      await sweep(ledger)
      expect(await read(ledger, taskId)).toMatchObject({ status, nextAction: 'hold' })
      expect((await eventsOf(ledger, taskId)).at(-1)).toMatchObject({ type: 'task.held', reason })
      ledger.clock.set(START_MS)
    }
    await checkInvariants(ledger)
  })

  it('is refused while a worker has it, for what is held already, and for what is sealed', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const hold = () => holdTask(ledger.context, { taskId: ref.taskId, reason })
    expect(await refusal(hold())).toMatchObject({ code: 'invalid_transition', facts: { status: 'running' } })
    await finish(ledger, ref, { outcome: 'interrupted' })
    await hold()
    const before = await snapshot(ledger)
    expect(await codeOf(hold())).toBe('invalid_transition')
    expect(await snapshot(ledger)).toEqual(before)
    await cancelTask(ledger.context, { taskId: ref.taskId, reason })
    expect(await codeOf(hold())).toBe('sealed_task')
    expect(await codeOf(holdTask(ledger.context, { taskId: 'nobody', reason }))).toBe('not_found')
  })

  it('gives way to a reassignment by hand', async () => {
    const ledger = await open()
    const taskId = await interrupted(ledger)
    await holdTask(ledger.context, { taskId, reason })
    await reassignTask(ledger.context, { taskId, reason: 'go' })
    expect(await read(ledger, taskId)).toMatchObject({ status: 'assigned', heldAt: null, nextAction: null })
    expect(await claim(ledger)).toEqual([taskId])
  })
})

forEachDialect('releaseTask', (open) => {
  it('asks the strategy anew, and charges nothing a second time', async () => {
    const ledger = await open()
    const taskId = await interrupted(ledger)
    const before = await read(ledger, taskId)
    await holdTask(ledger.context, { taskId, reason })
    ledger.clock.advance(60_000)
    const task = await releaseTask(ledger.context, { taskId, reason: 'the disk is larger' })
    const { interruptions, interruptedAt, retriesUsed } = before
    expect(task).toMatchObject({ status: 'interrupted', nextAction: 'reassign', heldAt: null })
    expect(task).toMatchObject({ interruptions, interruptedAt, retriesUsed })
    expect(Date.parse(task.nextAt ?? '')).toBeGreaterThan(ledger.clock())
    expect((await eventsOf(ledger, taskId)).at(-1)).toMatchObject({ type: 'task.released', data: { next: 'reassign' } })
    await checkInvariants(ledger)
  })

  it('brings back what a person failed by hand, with its retry', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const failed = await failTask(ledger.context, { taskId: ref.taskId, reason })
    const task = await releaseTask(ledger.context, { taskId: ref.taskId, reason })
    expect(task).toMatchObject({ status: 'failed', nextAction: 'reassign', finishedAt: failed.finishedAt })
    await pass(ledger, 10_000)
    await sweep(ledger)
    expect(await read(ledger, ref.taskId)).toMatchObject({ status: 'assigned', retriesUsed: 1 })
    await checkInvariants(ledger)
  })

  it('seals what failed with no retry left, but not before its side effects are accounted for', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { sideEffects: true })
    await finish(ledger, ref, { outcome: 'failed' })
    await holdTask(ledger.context, { taskId: ref.taskId, reason })
    await ledger.sql("UPDATE task_history SET retries_used = 1 WHERE sealed_at IS NULL AND status = 'failed'")
    const release = () => releaseTask(ledger.context, { taskId: ref.taskId, reason })
    expect(await codeOf(release())).toBe('compensation_required')
    await registerCompensation(ledger.context, { taskId: ref.taskId, kind: 'none', reason: 'it only read' })
    expect(await release()).toMatchObject({ status: 'failed', nextAction: null, reason: 'no retry is left' })
    expect((await read(ledger, ref.taskId)).sealedAt).not.toBeNull()
    await checkInvariants(ledger)
  })

  it('is refused for what nothing holds back', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const release = () => releaseTask(ledger.context, { taskId: ref.taskId, reason })
    expect(await codeOf(release())).toBe('invalid_transition')
    await finish(ledger, ref, { outcome: 'interrupted' })
    expect(await codeOf(release())).toBe('invalid_transition')
    await finish(ledger, ref)
    expect(await codeOf(release())).toBe('sealed_task')
    expect(await codeOf(releaseTask(ledger.context, { taskId: 'nobody', reason }))).toBe('not_found')
  })
})

forEachDialect('quarantineTask', (open) => {
  it('seals a running task, whose worker can write nothing more', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const task = await quarantineTask(ledger.context, { taskId: ref.taskId, reason })
    expect(task).toMatchObject({ status: 'quarantined', sealedAt: now, workerId: null, reason })
    expect(await codeOf(finishAttempt(ledger.context, reportOf(ref, { messageId: 'late' })))).toBe('sealed_task')
    const { attempts, lateReports } = await getTask(ledger.context, { taskId: ref.taskId })
    expect(attempts).toMatchObject([{ status: 'interrupted', cause: 'operator', reason }])
    expect(lateReports).toMatchObject([{ id: 'late', status: 'kept' }])
    await checkInvariants(ledger)
  })

  it('seals what was interrupted or failed, and refuses what the table refuses', async () => {
    const ledger = await open()
    const quarantine = (taskId: string) => quarantineTask(ledger.context, { taskId, reason })
    const { ref } = await begin(ledger)
    await finish(ledger, ref, { outcome: 'failed' })
    for (const taskId of [await interrupted(ledger), ref.taskId]) {
      expect((await quarantine(taskId)).status).toBe('quarantined')
      expect(await codeOf(quarantine(taskId))).toBe('sealed_task')
    }
    const { id: queued } = await createTask(ledger.context, taskOf())
    expect(await codeOf(quarantine(queued))).toBe('invalid_transition')
    expect(await codeOf(quarantine('nobody'))).toBe('not_found')
  })

  it('is released as a new task, linked to the old one, which stays sealed', async () => {
    const ledger = await open()
    const wish = { title: 'Fix login', repo: 'acme/api', payload: { a: [1] }, labels: { team: 'web' }, requires: ['x'] }
    const { ref } = await begin(ledger, {
      ...wish,
      correlationId: 'saga',
      priority: 5,
      maxRetries: 4,
      sideEffects: true,
    })
    await quarantineTask(ledger.context, { taskId: ref.taskId, reason })
    const old = await read(ledger, ref.taskId)
    const released = await releaseTask(ledger.context, { taskId: ref.taskId, reason: 'it is safe now' })
    expect(released).toMatchObject({ ...wish, status: 'queued', attempt: 0, predecessorId: ref.taskId, priority: 5 })
    expect(released).toMatchObject({ maxRetries: 4, sideEffects: true, correlationId: null, retriesUsed: 0 })
    expect(released.id).not.toBe(ref.taskId)
    expect(await read(ledger, ref.taskId)).toEqual(old)
    expect((await getTask(ledger.context, { taskId: ref.taskId })).successorId).toBe(released.id)
    expect((await eventsOf(ledger, ref.taskId)).at(-1)).toMatchObject({
      type: 'task.released',
      data: { successorId: released.id },
    })
    expect(await eventsOf(ledger, released.id)).toMatchObject([
      { type: 'task.created', data: { predecessorId: ref.taskId } },
    ])
    const again = releaseTask(ledger.context, { taskId: ref.taskId, reason })
    expect(await refusal(again)).toMatchObject({ code: 'invalid_transition', facts: { successorId: released.id } })
    await checkInvariants(ledger)
  })

  it('is released once by two operators at once', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await quarantineTask(ledger.context, { taskId: ref.taskId, reason })
    const other = ledger.contextOf({ db: await ledger.another() })
    const results = await Promise.allSettled(
      [ledger.context, other, ledger.context].map((context) => releaseTask(context, { taskId: ref.taskId, reason })),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})
