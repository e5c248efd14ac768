/** Retries and interruptions are two budgets, stored apart: a restart does not use up a retry. */
import { expect, it } from 'vitest'
import { declareDead, recover } from '#lib/ledger/index.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { settingsOf } from '#lib/task/settings.ts'
import type { RecoveryStrategy, Verdict } from '#lib/task/strategy.ts'
import { START_MS } from '../support/clock.ts'
import { begin, eventsOf, finish, pass, type Ref, startedBy, sweep } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'

const taskRow = async (ledger: Ledger) => (await rowsOf(ledger, 'task_history'))[0] ?? {}

/** Its worker dies, and the task goes to the next one when its strategy says so. */
async function dieAndGoOn(ledger: Ledger, ref: Ref): Promise<Ref> {
  await declareDead(ledger.context, { workerId: ref.workerId, reason: 'died' })
  await pass(ledger, Number((await taskRow(ledger)).next_at) - ledger.clock())
  await sweep(ledger)
  return startedBy(ledger, ref.taskId)
}

forEachDialect('interruptions', (open) => {
  it('quarantine a task at the fourth, and use no retry', async () => {
    const ledger = await open()
    let { ref } = await begin(ledger)
    for (let interruptions = 1; interruptions <= 3; interruptions += 1) {
      ref = await dieAndGoOn(ledger, ref)
      expect(await taskRow(ledger)).toMatchObject({ status: 'running', interruptions, retries_used: 0 })
      expect(ref.attempt).toBe(interruptions + 1)
    }
    await declareDead(ledger.context, { workerId: ref.workerId, reason: 'died' })
    const reason = 'interruption 4 is past the limit of 3: it may be what kills its workers'
    expect(await taskRow(ledger)).toMatchObject({ status: 'quarantined', interruptions: 4, retries_used: 0, reason })
    expect((await eventsOf(ledger, ref.taskId)).at(-1)).toMatchObject({ type: 'task.quarantined', reason })
    const attempts = await rowsOf(ledger, 'task_attempts')
    expect(attempts.map((row) => row.status)).toEqual(Array(4).fill('interrupted'))
  })

  it('are counted in the run that found them', async () => {
    const ledger = await open()
    await begin(ledger, { maxInterruptions: 0 })
    await begin(ledger)
    await pass(ledger, 30_000)
    expect(await sweep(ledger)).toMatchObject({ interrupted: 1, quarantined: 1 })
  })

  it('wait longer from one to the next', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await dieAndGoOn(ledger, ref)
    const second = await rowsOf(ledger, 'workers')
    const holder = String(second.find((row) => row.state === 'alive')?.id)
    await declareDead(ledger.context, { workerId: holder, reason: 'died' })
    const waitMs = Number((await taskRow(ledger)).next_at) - ledger.clock()
    expect(waitMs).toBeGreaterThanOrEqual(20_000)
    expect(waitMs).toBeLessThanOrEqual(30_000)
  })

  it('past the limit of a task that waits interrupt it first, and quarantine it in the same sweep', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { maxInterruptions: 0 })
    await ledger.sql("UPDATE task_history SET status = 'waiting'")
    await declareDead(ledger.context, { workerId: ref.workerId, reason: 'died' })
    expect(await taskRow(ledger)).toMatchObject({ status: 'interrupted', next_action: 'quarantine' })
    await sweep(ledger)
    expect(await taskRow(ledger)).toMatchObject({ status: 'quarantined', next_action: null })
    const steps = (await eventsOf(ledger, ref.taskId)).slice(-2)
    expect(steps).toMatchObject([{ toStatus: 'interrupted' }, { fromStatus: 'interrupted', toStatus: 'quarantined' }])
  })
})

forEachDialect('retries', (open) => {
  it('are used by failures alone: one by default, then the failure is final', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref, { outcome: 'failed' })
    await pass(ledger, 10_000)
    expect(await sweep(ledger)).toMatchObject({ reassigned: 1 })
    expect(await taskRow(ledger)).toMatchObject({ status: 'assigned', retries_used: 1, finished_at: null })
    const second = await startedBy(ledger, ref.taskId)
    expect(await finish(ledger, second, { outcome: 'failed' })).toMatchObject({
      status: 'failed',
      retriesUsed: 1,
      nextAction: null,
      sealedAt: new Date(ledger.clock()).toISOString(),
    })
    expect(await taskRow(ledger)).toMatchObject({ interruptions: 0 })
  })

  it('and interruptions do not pay for each other', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { maxRetries: 1, maxInterruptions: 1 })
    const second = await dieAndGoOn(ledger, ref)
    expect(await finish(ledger, second, { outcome: 'failed' })).toMatchObject({ sealedAt: null, interruptions: 1 })
    await pass(ledger, 10_000)
    await sweep(ledger)
    const third = await startedBy(ledger, ref.taskId)
    expect(await taskRow(ledger)).toMatchObject({ retries_used: 1, interruptions: 1 })
    expect(await finish(ledger, third)).toMatchObject({ status: 'success' })
  })

  it('leave the attempt before as it ended', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref, { outcome: 'failed', error: { class: 'E', message: 'first' } })
    const [before] = await rowsOf(ledger, 'task_attempts')
    await pass(ledger, 10_000)
    await sweep(ledger)
    await finish(ledger, await startedBy(ledger, ref.taskId))
    expect((await rowsOf(ledger, 'task_attempts'))[0]).toEqual(before)
  })
})

forEachDialect('a strategy of the user’s own', (open) => {
  const policyOf = (decide: () => Verdict) => {
    const strategy: RecoveryStrategy = { name: 'mine', decide }
    return createPolicy(settingsOf({ strategy: 'mine', firstDelayMs: 10_000 }), [strategy])
  }

  it('that throws leaves the failure on record and the task with an operator', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const context = ledger.contextOf({
      policy: policyOf(() => {
        throw new Error('no such model')
      }),
    })
    const error = { class: 'TypeError', message: 'x is undefined' }
    const task = await finish({ ...ledger, context }, ref, { outcome: 'failed', error })
    expect(task).toMatchObject({ status: 'failed', errorMessage: 'x is undefined', sealedAt: null })
    expect(task).toMatchObject({ nextAction: 'hold', nextReason: 'the strategy mine failed: no such model' })
  })

  it('that throws at a death holds the task, and the death is on record', async () => {
    const ledger = await open()
    await begin(ledger)
    await pass(ledger, 30_000)
    const policy = policyOf(() => {
      throw new Error('no such model')
    })
    await recover(ledger.contextOf({ policy }), { trigger: 'sweep', sweepMs: 1000 })
    expect(await taskRow(ledger)).toMatchObject({ status: 'interrupted', next_action: 'hold', next_at: null })
    expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([{ status: 'interrupted', cause: 'suspected' }])
  })

  it.each([
    { sideEffects: false, status: 'failed', action: null },
    { sideEffects: true, status: 'interrupted', action: 'hold' },
  ])('that gives up is obeyed, unless side effects are left: $sideEffects', async ({ sideEffects, status, action }) => {
    const ledger = await open()
    const { ref } = await begin(ledger, { sideEffects })
    await pass(ledger, 30_000)
    const policy = policyOf(() => ({ action: 'fail', reason: 'not worth it' }))
    await recover(ledger.contextOf({ policy }), { trigger: 'sweep', sweepMs: 1000 })
    expect(await taskRow(ledger)).toMatchObject({ status, next_action: action })
    expect((await taskRow(ledger)).sealed_at === null).toBe(sideEffects)
    const told = (await eventsOf(ledger, ref.taskId)).at(-1)
    expect(told?.reason).toBe(sideEffects ? 'it has side effects and no compensation is registered' : 'not worth it')
  })

  it('that quarantines is obeyed at once', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const policy = policyOf(() => ({ action: 'quarantine', reason: 'smells' }))
    const task = await finish({ ...ledger, context: ledger.contextOf({ policy }) }, ref, { outcome: 'failed' })
    expect(task).toMatchObject({ status: 'quarantined', sealedAt: new Date(START_MS).toISOString() })
  })
})
