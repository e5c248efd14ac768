import { expect, it } from 'vitest'
import { declareDead, drainWorker, getTask, heartbeat, stopWorker } from '#lib/ledger/index.ts'
import { START_MS } from '../support/clock.ts'
import { begin, codeOf, finish, hire, refusal, sweep } from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, rowsOf, snapshot } from '../support/ledger.ts'

forEachDialect('declareDead', (open) => {
  it('recovers all that the worker holds at once, though its lease holds', async () => {
    const ledger = await open()
    const { worker, ref } = await begin(ledger)
    await begin(ledger, {}, worker)
    const dead = await declareDead(ledger.context, { workerId: worker.id, reason: 'the machine was switched off' })
    expect(dead).toMatchObject({
      state: 'dead',
      deathKind: 'declared',
      reason: 'the machine was switched off',
      held: 0,
    })
    const { task, attempts } = await getTask(ledger.context, { taskId: ref.taskId })
    expect(task).toMatchObject({ status: 'interrupted', interruptions: 1, nextAction: 'reassign' })
    expect(attempts).toMatchObject([{ status: 'interrupted', cause: 'declared' }])
    expect(await rowsOf(ledger, 'incidents')).toHaveLength(1)
    expect(await rowsOf(ledger, 'workers')).toMatchObject([{ recovered_at: START_MS }])
    expect(await sweep(ledger)).toMatchObject({ workersDead: 0, interrupted: 0 })
    await checkInvariants(ledger)
  })

  it('tells who said so, and why', async () => {
    const ledger = await open()
    const { worker } = await begin(ledger)
    await declareDead(ledger.context, { workerId: worker.id, reason: 'the machine was switched off' })
    const died = (await rowsOf(ledger, 'task_events')).filter(({ type }) => type === 'worker.died')
    expect(died).toMatchObject([
      { worker_id: worker.id, actor_name: 'ada', actor_kind: 'person', reason: 'the machine was switched off' },
    ])
    expect(JSON.parse(String(died[0]?.data))).toMatchObject({ kind: 'declared', lastHeartbeatAt: START_MS })
  })

  it('is refused the second time, and for a worker that said goodbye, and changes nothing', async () => {
    const ledger = await open()
    const [dead, stopped] = [(await begin(ledger)).worker, await hire(ledger)]
    await declareDead(ledger.context, { workerId: dead.id })
    await stopWorker(ledger.context, { workerId: stopped.id })
    const before = await snapshot(ledger, ['task_history', 'task_attempts', 'workers', 'task_events', 'incidents'])
    const again = await refusal(declareDead(ledger.context, { workerId: dead.id, reason: 'really' }))
    expect(again).toMatchObject({ code: 'invalid_transition', facts: { state: 'dead' } })
    const late = await refusal(declareDead(ledger.context, { workerId: stopped.id }))
    expect(late).toMatchObject({ code: 'invalid_transition', facts: { state: 'stopped' } })
    const after = await snapshot(ledger, ['task_history', 'task_attempts', 'workers', 'task_events', 'incidents'])
    expect(after).toEqual(before)
  })

  it('buries once when two operators do it at once', async () => {
    const ledger = await open()
    const { worker } = await begin(ledger)
    const contexts = [ledger.context, ledger.contextOf({ db: await ledger.another() })]
    const results = await Promise.allSettled(contexts.map((context) => declareDead(context, { workerId: worker.id })))
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(await rowsOf(ledger, 'task_history')).toMatchObject([{ status: 'interrupted', interruptions: 1 }])
    await checkInvariants(ledger)
  })

  it('ends a draining worker too, and takes its word from it', async () => {
    const ledger = await open()
    const { worker, ref } = await begin(ledger)
    await drainWorker(ledger.context, { workerId: worker.id })
    await declareDead(ledger.context, { workerId: worker.id })
    expect(await codeOf(heartbeat(ledger.context, { workerId: worker.id, held: [] }))).toBe('lease_expired')
    expect(await finish(ledger, ref)).toMatchObject({ status: 'success' })
  })

  it('leaves other workers and their work alone', async () => {
    const ledger = await open()
    const other = await begin(ledger)
    const before = await snapshot(ledger, ['task_history', 'task_attempts'])
    await declareDead(ledger.context, { workerId: (await hire(ledger)).id })
    expect(await snapshot(ledger, ['task_history', 'task_attempts'])).toEqual(before)
    const held = [{ taskId: other.task.id, attempt: 1 }]
    expect((await heartbeat(ledger.context, { workerId: other.worker.id, held })).held).toMatchObject([
      { verdict: 'held' },
    ])
  })
})
