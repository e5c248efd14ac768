import { expect, it } from 'vitest'
import {
  claimTasks,
  createTask,
  declareDead,
  finishAttempt,
  getTask,
  reassignTask,
  recover,
  stopWorker,
} from '#lib/ledger/index.ts'
import { carryOut } from '#lib/ledger/recovery/carry-out.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { settingsOf } from '#lib/task/settings.ts'
import type { RecoveryStrategy, Verdict } from '#lib/task/strategy.ts'
import { START_MS } from '../support/clock.ts'
import {
  begin,
  eventsOf,
  eventTypes,
  finish,
  freshId,
  hire,
  pass,
  reportOf,
  sweep,
  taskOf,
} from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'
import { whileStuck } from '../support/stuck.ts'

const at = (ms: number) => new Date(START_MS + ms).toISOString()

const read = async ({ context }: Ledger, taskId: string) => (await getTask(context, { taskId })).task

/** A task whose worker died at 30 s; its verdict is due at 40 s. */
async function interrupted(ledger: Ledger): Promise<string> {
  const { task } = await begin(ledger)
  await pass(ledger, 30_000)
  await sweep(ledger)
  return task.id
}

forEachDialect('a stored verdict', (open, dialect) => {
  it('is carried out when it is due, and not a millisecond before', async () => {
    const ledger = await open()
    const taskId = await interrupted(ledger)
    expect(await read(ledger, taskId)).toMatchObject({ nextAction: 'reassign', nextAt: at(40_000) })
    ledger.clock.set(START_MS + 39_999)
    const before = await snapshot(ledger)
    expect((await carryOut(ledger.context, null)).moved).toBe(0)
    expect(await snapshot(ledger)).toEqual(before)
    ledger.clock.advance(1)
    expect((await carryOut(ledger.context, null)).moved).toBe(1)
    expect(await read(ledger, taskId)).toMatchObject({
      ...{ status: 'assigned', workerId: null, nextAction: null, nextAt: null, nextReason: null, undoable: true },
    })
    expect((await eventsOf(ledger, taskId)).at(-1)).toMatchObject({
      ...{ type: 'task.reassigned', fromStatus: 'interrupted', toStatus: 'assigned', data: { automatic: true } },
      reason: 'its worker stopped answering (interruption 1 of 3)',
    })
    expect((await carryOut(ledger.context, null)).moved).toBe(0)
  })

  it('is carried out by a sweep of whoever comes, and told in its run', async () => {
    const ledger = await open()
    const taskId = await interrupted(ledger)
    await ledger.reopen()
    await pass(ledger, 10_000)
    expect(await sweep(ledger)).toMatchObject({ reassigned: 1, interrupted: 0 })
    expect(await read(ledger, taskId)).toMatchObject({ status: 'assigned' })
    const worker = await hire(ledger)
    const [taken] = await claimTasks(ledger.context, { workerId: worker.id, requestId: freshId('r') })
    expect(taken).toMatchObject({ id: taskId, attempt: 2, status: 'running' })
  })

  it('uses a retry where the attempt failed, and none where it was interrupted', async () => {
    const ledger = await open()
    const worker = await hire(ledger, { leaseMs: 3_600_000 })
    const failed = await begin(ledger, {}, worker)
    await finish(ledger, failed.ref, { outcome: 'failed' })
    const interruptedId = await interrupted(ledger)
    await pass(ledger, 10_000)
    await sweep(ledger)
    expect(await read(ledger, failed.task.id)).toMatchObject({ status: 'assigned', retriesUsed: 1, finishedAt: null })
    expect(await read(ledger, interruptedId)).toMatchObject({ status: 'assigned', retriesUsed: 0, interruptions: 1 })
  })

  it('is gone when a person acted first', async () => {
    const ledger = await open()
    const taskId = await interrupted(ledger)
    const worker = await hire(ledger)
    await reassignTask(ledger.context, { taskId, workerId: worker.id, reason: 'it has the checkout' })
    ledger.clock.advance(10_000)
    expect((await carryOut(ledger.context, null)).moved).toBe(0)
    expect(await read(ledger, taskId)).toMatchObject({ status: 'assigned', workerId: worker.id })
  })

  it('that cannot be carried out is told, stays due, and holds up no other', async () => {
    const ledger = await open()
    const worker = await hire(ledger)
    await begin(ledger, { id: 'stuck-1' }, worker)
    const { task } = await begin(ledger, {}, worker)
    await pass(ledger, 30_000)
    await sweep(ledger)
    await pass(ledger, 10_000)
    await whileStuck(ledger, dialect, 'assigned', async () => {
      const errors = [{ taskId: 'stuck-1', message: expect.stringContaining('this row is stuck') }]
      const manual = { trigger: 'manual', sweepMs: 1000 } as const
      expect(await recover(ledger.context, { ...manual, dryRun: true })).toMatchObject({ reassigned: 1, errors })
      expect(await sweep(ledger)).toMatchObject({ reassigned: 1, errors })
      expect(await read(ledger, task.id)).toMatchObject({ status: 'assigned' })
      expect(await read(ledger, 'stuck-1')).toMatchObject({ status: 'interrupted', nextAction: 'reassign' })
    })
    expect(await sweep(ledger)).toMatchObject({ reassigned: 1, errors: [] })
    await checkInvariants(ledger)
  })

  it('moves each of a hundred tasks once, with two instances at it', async () => {
    const ledger = await open()
    const worker = await hire(ledger)
    const commands = Array.from({ length: 100 }, () => taskOf({ start: { workerId: worker.id } }))
    await createTask.many(ledger.context, commands)
    await pass(ledger, 30_000)
    await sweep(ledger)
    ledger.clock.advance(10_000)
    const contexts = [ledger.context, ledger.contextOf({ db: await ledger.another() })]
    const moved = await Promise.all([...contexts, ...contexts].map((context) => carryOut(context, null)))
    expect(moved.reduce((sum, each) => sum + each.moved, 0)).toBe(100)
    const told = (await rowsOf(ledger, 'task_events')).filter(({ type }) => type === 'task.reassigned')
    expect(new Set(told.map(({ task_id }) => task_id)).size).toBe(100)
    expect(told).toHaveLength(100)
    await checkInvariants(ledger)
  })
})

const always = (verdict: Verdict): RecoveryStrategy => ({ name: 'always', decide: () => verdict })

forEachDialect('a strategy of one’s own', (open) => {
  const contextWith = (ledger: Ledger, strategy: RecoveryStrategy) =>
    ledger.contextOf({
      policy: createPolicy(settingsOf({ strategy: strategy.name, firstDelayMs: 10_000 }), [strategy]),
    })

  it('may hold a task: nothing comes due', async () => {
    const ledger = await open()
    const { task } = await begin(ledger)
    await pass(ledger, 30_000)
    const context = contextWith(ledger, always({ action: 'hold', reason: 'look at it' }))
    await recover(context, { trigger: 'sweep', sweepMs: 1000 })
    ledger.clock.advance(3_600_000)
    expect((await carryOut(context, null)).moved).toBe(0)
    expect(await read(ledger, task.id)).toMatchObject({ nextAction: 'hold', nextAt: null, nextReason: 'look at it' })
  })

  it('may fail an interrupted task, which seals it with the reason', async () => {
    const ledger = await open()
    const { task } = await begin(ledger)
    await pass(ledger, 30_000)
    const context = contextWith(ledger, always({ action: 'fail', reason: 'not worth it' }))
    await recover(context, { trigger: 'sweep', sweepMs: 1000 })
    expect(await read(ledger, task.id)).toMatchObject({
      status: 'failed',
      sealedAt: at(30_000),
      reason: 'not worth it',
    })
    expect((await eventTypes(ledger, task.id)).slice(-2)).toEqual(['task.interrupted', 'task.failed'])
    await checkInvariants(ledger)
  })

  it('may quarantine a task at once', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const context = contextWith(ledger, always({ action: 'quarantine', reason: 'it looks bad' }))
    const task = await finishAttempt(context, reportOf(ref, { outcome: 'failed' }))
    expect(task).toMatchObject({ status: 'quarantined', sealedAt: at(0) })
    await checkInvariants(ledger)
  })

  it('may wait for a fraction of a millisecond, as one that spreads by chance does', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const context = contextWith(ledger, always({ action: 'reassign', afterMs: 1500.7, reason: 'soon' }))
    const task = await finishAttempt(context, reportOf(ref, { outcome: 'failed' }))
    expect(task).toMatchObject({ status: 'failed', nextAction: 'reassign' })
    expect(Date.parse(task.nextAt ?? '')).toBe(START_MS + 1501)
    await pass(ledger, 1501)
    expect(await recover(context, { trigger: 'sweep', sweepMs: 1000 })).toMatchObject({ reassigned: 1 })
  })

  it('that throws holds the task for a person, and hides nothing', async () => {
    const ledger = await open()
    const { task } = await begin(ledger)
    await pass(ledger, 30_000)
    const decide = () => {
      throw new Error('no idea')
    }
    await recover(contextWith(ledger, { name: 'broken', decide }), { trigger: 'sweep', sweepMs: 1000 })
    expect(await read(ledger, task.id)).toMatchObject({
      ...{ status: 'interrupted', nextAction: 'hold', reason: 'its worker stopped answering' },
      nextReason: 'the strategy broken failed: no idea',
    })
  })
})

forEachDialect('a task that is meant for one worker', (open) => {
  it('goes back to the pool when that worker is gone', async () => {
    const ledger = await open()
    const ends: ((workerId: string) => Promise<unknown>)[] = [
      (workerId) => stopWorker(ledger.context, { workerId }),
      (workerId) => declareDead(ledger.context, { workerId }),
      async (workerId) => {
        await hire(ledger, { replaces: workerId })
        await sweep(ledger)
      },
      async () => {
        await pass(ledger, 30_000)
        await sweep(ledger)
      },
    ]
    for (const end of ends) {
      const { id: taskId } = await createTask(ledger.context, taskOf())
      const chosen = await hire(ledger)
      await reassignTask(ledger.context, { taskId, workerId: chosen.id, reason: 'it has the checkout' })
      await end(chosen.id)
      expect(await read(ledger, taskId)).toMatchObject({ status: 'assigned', workerId: null })
      expect((await eventsOf(ledger, taskId)).at(-1)).toMatchObject({
        reason: 'the worker it was meant for is gone: any worker may take it',
      })
      // Three that fall silent together would be a storm.
      const other = await hire(ledger, { leaseMs: 3_600_000 })
      const [taken] = await claimTasks(ledger.context, { workerId: other.id, requestId: freshId('r') })
      expect(taken?.id).toBe(taskId)
    }
  })
})
