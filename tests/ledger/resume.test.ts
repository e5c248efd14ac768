import { expect, it } from 'vitest'
import {
  claimTasks,
  getTask,
  listCheckpoints,
  reassignTask,
  saveCheckpoint,
  startAttempt,
  stopWorker,
} from '#lib/ledger/index.ts'
import type { CreateTask } from '#lib/task/commands.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { settingsOf } from '#lib/task/settings.ts'
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
} from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'

const RESUMING: Partial<CreateTask> = { strategy: 'resume-from-checkpoint' }
const STATE = { messages: ['hello'], files: { 'a.ts': 1 } }

const read = async ({ context }: Ledger, taskId: string) => (await getTask(context, { taskId })).task
const claim = async (ledger: Ledger, requestId = freshId('request'), workerId?: string) => {
  const id = workerId ?? (await hire(ledger)).id
  return { workerId: id, requestId, tasks: await claimTasks(ledger.context, { workerId: id, requestId }) }
}

/** A task that has saved its turns and whose worker then died. */
async function died(ledger: Ledger, turns: readonly number[] = [1, 2], changes = RESUMING): Promise<Ref> {
  const { ref } = await begin(ledger, changes)
  for (const turn of turns) await saveCheckpoint(ledger.context, { ...ref, turn, state: { ...STATE, turn } })
  await pass(ledger, 30_000)
  await sweep(ledger)
  return ref
}

async function due(ledger: Ledger): Promise<void> {
  await pass(ledger, 10_000)
  await sweep(ledger)
}

forEachDialect('a task that resumes from its checkpoint', (open) => {
  it('gives the next attempt the highest turn, its state, and why the attempt before ended', async () => {
    const ledger = await open()
    const { taskId } = await died(ledger, [1, 3, 2])
    expect(await read(ledger, taskId)).toMatchObject({ status: 'interrupted', nextAction: 'resume', resumesUsed: 0 })
    await due(ledger)
    expect(await read(ledger, taskId)).toMatchObject({ status: 'assigned', workerId: null, resumesUsed: 1 })
    const { tasks } = await claim(ledger)
    const resume = {
      ...{ kind: 'checkpoint', attempt: 1, turn: 3, state: { ...STATE, turn: 3 } },
      reason: 'its worker stopped answering',
    }
    expect(tasks).toMatchObject([{ id: taskId, attempt: 2, status: 'running', checkpointTurn: 3, resume }])
    const told = await eventsOf(ledger, taskId)
    expect(told.at(-2)).toMatchObject({ type: 'task.reassigned', data: { automatic: true, resumeFrom: { turn: 3 } } })
    expect(told.at(-1)).toMatchObject({
      type: 'task.started',
      data: { resumedFrom: { kind: 'checkpoint', attempt: 1, turn: 3 } },
    })
    await checkInvariants(ledger)
  })

  it('does not pass through failed when its attempt failed, and uses no retry', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, RESUMING)
    await saveCheckpoint(ledger.context, { ...ref, turn: 7, state: STATE })
    const error = { class: 'Overloaded', message: 'no answer with key sk-abcdefghijklmnopqrstuvwxyz' }
    const task = await finish(ledger, ref, { outcome: 'failed', error })
    expect(task).toMatchObject({ status: 'interrupted', nextAction: 'resume', finishedAt: null, retriesUsed: 0 })
    expect((await getTask(ledger.context, { taskId: ref.taskId })).attempts[0]?.status).toBe('failed')
    await due(ledger)
    const again = await startAttempt(ledger.context, {
      ...{ taskId: ref.taskId, workerId: (await hire(ledger)).id, requestId: freshId('request') },
    })
    expect(again.resume).toMatchObject({ turn: 7, reason: 'Overloaded: no answer with key sk-***' })
    expect(await read(ledger, ref.taskId)).toMatchObject({ retriesUsed: 0, interruptions: 0, resumesUsed: 1 })
    const statuses = (await eventsOf(ledger, ref.taskId)).map(({ toStatus }) => toStatus)
    expect(statuses).not.toContain('failed')
    await checkInvariants(ledger)
  })

  it('takes no second report of the attempt that failed for a late result', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, RESUMING)
    await saveCheckpoint(ledger.context, { ...ref, turn: 7, state: STATE })
    await finish(ledger, ref, { outcome: 'failed' })
    expect(await codeOf(finish(ledger, ref))).toBe('fence_rejected')
    expect(await read(ledger, ref.taskId)).toMatchObject({ status: 'interrupted', nextAction: 'resume' })
  })

  it('goes to one of two that claim it at once, and to one of two that name it', async () => {
    const ledger = await open()
    const others = [ledger.context, ledger.contextOf({ db: await ledger.another() })]
    await died(ledger)
    await due(ledger)
    const workers = [await hire(ledger), await hire(ledger)]
    const given = await Promise.all(
      workers.map(({ id }, index) =>
        claimTasks(others[index] ?? ledger.context, { workerId: id, requestId: freshId('r') }),
      ),
    )
    expect(given.flat()).toMatchObject([{ attempt: 2, resume: { turn: 2 } }])
    const { taskId } = await died(ledger)
    const starts = await Promise.allSettled(
      workers.map(async (_worker, index) =>
        startAttempt(others[index] ?? ledger.context, {
          ...{ taskId, workerId: (await hire(ledger)).id, requestId: freshId('r') },
        }),
      ),
    )
    expect(starts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await read(ledger, taskId)).toMatchObject({ attempt: 2, resumesUsed: 1 })
    await checkInvariants(ledger)
  })

  it('gives a lost answer again, whole', async () => {
    const ledger = await open()
    const { taskId } = await died(ledger)
    await due(ledger)
    const { workerId, requestId, tasks } = await claim(ledger)
    await saveCheckpoint(ledger.context, { taskId, workerId, attempt: 2, turn: 3, state: STATE })
    const [again] = (await claim(ledger, requestId, workerId)).tasks
    expect(again?.resume).toEqual(tasks[0]?.resume)
    const start = await startAttempt(ledger.context, { taskId, workerId, requestId })
    expect(start).toMatchObject({ attempt: 2, resume: tasks[0]?.resume })
  })

  it('goes on from what the newest attempt saved, or else from what that had gone on from', async () => {
    const ledger = await open()
    const { taskId } = await died(ledger, [4])
    await due(ledger)
    await startedBy(ledger, taskId)
    await pass(ledger, 30_000)
    await sweep(ledger)
    await pass(ledger, 30_000)
    await sweep(ledger)
    const { workerId, tasks } = await claim(ledger)
    expect(tasks).toMatchObject([{ attempt: 3, resumesUsed: 2, resume: { attempt: 1, turn: 4 } }])
    await saveCheckpoint(ledger.context, { taskId, workerId, attempt: 3, turn: 5, state: STATE })
    const { checkpoints } = await listCheckpoints(ledger.context, { taskId })
    expect(checkpoints).toMatchObject([
      { attempt: 3, turn: 5 },
      { attempt: 1, turn: 4 },
    ])
  })

  it('begins anew once its resumes are used up, without its checkpoints', async () => {
    const ledger = await open()
    const { taskId } = await died(ledger)
    for (const next of ['resume', 'resume', 'reassign']) {
      expect((await read(ledger, taskId)).nextAction).toBe(next)
      await pass(ledger, 60_000)
      await sweep(ledger)
      await startedBy(ledger, taskId)
      if (next === 'reassign') break
      await pass(ledger, 30_000)
      await sweep(ledger)
    }
    expect(await read(ledger, taskId)).toMatchObject({ attempt: 4, resumesUsed: 2, checkpointTurn: null })
    expect((await listCheckpoints(ledger.context, { taskId })).checkpoints).toEqual([])
    const attempts = await rowsOf(ledger, 'task_attempts')
    expect(attempts.map((row) => row.resumed_from !== null)).toEqual([false, true, true, false])
  })

  it('never resumes where no resume is allowed', async () => {
    const ledger = await open()
    const policy = createPolicy(settingsOf({ resumesMax: 0 }))
    const { ref } = await begin(ledger, RESUMING)
    await saveCheckpoint(ledger.context, { ...ref, turn: 1, state: STATE })
    await stopWorker(ledger.contextOf({ policy }), { workerId: ref.workerId })
    expect(await read(ledger, ref.taskId)).toMatchObject({ nextAction: 'reassign' })
  })

  it('falls back to an older checkpoint, or to none, when the newest cannot be read', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, RESUMING)
    for (const turn of [1, 2]) await saveCheckpoint(ledger.context, { ...ref, turn, state: STATE })
    await ledger.sql(`UPDATE checkpoints SET state = '[1]' WHERE turn = 2`)
    await pass(ledger, 30_000)
    await sweep(ledger)
    expect((await read(ledger, ref.taskId)).nextReason).toBe('it goes on from its checkpoint at turn 1 (resume 1 of 2)')
    await ledger.sql(`UPDATE checkpoints SET state = '"spoilt"'`)
    await due(ledger)
    const { tasks } = await claim(ledger)
    expect(tasks).toMatchObject([{ attempt: 2, resume: null, checkpointTurn: null }])
    expect((await eventsOf(ledger, ref.taskId)).at(-1)).toMatchObject({
      ...{ type: 'task.started', reason: 'what it was to go on from is gone: it begins anew' },
    })
    expect((await listCheckpoints(ledger.context, { taskId: ref.taskId })).checkpoints).toEqual([])
    const other = await begin(ledger, RESUMING)
    await saveCheckpoint(ledger.context, { ...other.ref, turn: 1, state: STATE })
    await ledger.sql(`UPDATE checkpoints SET state = '3'`)
    await pass(ledger, 30_000)
    await sweep(ledger)
    expect((await read(ledger, other.task.id)).nextAction).toBe('reassign')
  })

  it('goes on from the turn that was chosen, with the reason of the attempt right before', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, RESUMING)
    for (const turn of [1, 2]) await saveCheckpoint(ledger.context, { ...ref, turn, state: { turn } })
    await ledger.sql(`UPDATE checkpoints SET state = '[1]' WHERE turn = 2`)
    await pass(ledger, 30_000)
    await sweep(ledger)
    await due(ledger)
    await ledger.sql(`UPDATE checkpoints SET state = '{}' WHERE turn = 2`)
    const { workerId, tasks } = await claim(ledger)
    expect(tasks).toMatchObject([{ resume: { turn: 1, state: { turn: 1 }, reason: 'its worker stopped answering' } }])
    const second = { taskId: ref.taskId, workerId, attempt: 2 }
    await finish(ledger, second, { outcome: 'failed', error: { class: 'Overloaded', message: 'no answer' } })
    await pass(ledger, 30_000)
    await sweep(ledger)
    expect((await claim(ledger)).tasks).toMatchObject([{ attempt: 3, resume: { reason: 'Overloaded: no answer' } }])
  })

  it('still resumes when a person gives it to somebody first', async () => {
    const ledger = await open()
    const { taskId } = await died(ledger)
    const worker = await hire(ledger)
    await reassignTask(ledger.context, { taskId, workerId: worker.id, reason: 'it has the checkout' })
    const { tasks } = await claim(ledger, freshId('r'), worker.id)
    expect(tasks).toMatchObject([{ id: taskId, resume: { kind: 'checkpoint', turn: 2 } }])
  })

  it('gives nothing to the same work that goes on by itself', async () => {
    const ledger = await open()
    const { taskId } = await died(ledger)
    const { id: workerId } = await hire(ledger)
    const again = { taskId, workerId, requestId: freshId('r'), reattach: { attempt: 1 } }
    expect(await startAttempt(ledger.context, again)).toMatchObject({ attempt: 2, resume: null })
    expect(await read(ledger, taskId)).toMatchObject({ resumesUsed: 0, checkpointTurn: 2 })
  })
})
