import { expect, it } from 'vitest'
import {
  claimTasks,
  createTask,
  declareDead,
  drainWorker,
  getWorker,
  heartbeat,
  resumeWorker,
  stopWorker,
} from '#lib/ledger/index.ts'
import { START_MS } from '../support/clock.ts'
import { begin, finish, freshId, hire, pass, refusal, sweep, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'

const at = (ms: number) => new Date(START_MS + ms).toISOString()

const claim = ({ context }: Ledger, workerId: string) => claimTasks(context, { workerId, requestId: freshId('r') })

const beat = ({ context }: Ledger, workerId: string) => heartbeat(context, { workerId, held: [] })

const told = async (ledger: Ledger) =>
  (await rowsOf(ledger, 'task_events'))
    .filter(({ type }) => String(type).startsWith('worker.') && type !== 'worker.registered')
    .map(({ type, actor_name, reason, worker_id }) => ({ type, actor_name, reason, worker_id }))

forEachDialect('drainWorker', (open) => {
  it('gives the worker nothing new, lets it finish, and tells it with its next heartbeat', async () => {
    const ledger = await open()
    const { worker, ref } = await begin(ledger)
    await createTask(ledger.context, taskOf())
    const draining = await drainWorker(ledger.context, { workerId: worker.id, reason: 'a new kernel' })
    expect(draining).toMatchObject({ state: 'draining', reason: 'a new kernel', held: 1, endedAt: null })
    expect(await claim(ledger, worker.id)).toEqual([])
    expect(await beat(ledger, worker.id)).toMatchObject({ drain: true })
    expect(await finish(ledger, ref)).toMatchObject({ status: 'success' })
    expect(await told(ledger)).toEqual([
      { type: 'worker.drained', actor_name: 'ada', reason: 'a new kernel', worker_id: worker.id },
    ])
  })

  it('does not keep a worker from dying', async () => {
    const ledger = await open()
    const { worker } = await begin(ledger)
    await drainWorker(ledger.context, { workerId: worker.id })
    await pass(ledger, 30_000)
    expect(await sweep(ledger)).toMatchObject({ workersDead: 1, interrupted: 1 })
  })
})

forEachDialect('resumeWorker', (open) => {
  it('lets a draining worker take work again', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    await createTask(ledger.context, taskOf())
    await drainWorker(ledger.context, { workerId: id, reason: 'a new kernel' })
    expect(await resumeWorker(ledger.context, { workerId: id })).toMatchObject({ state: 'alive', reason: null })
    expect(await beat(ledger, id)).toMatchObject({ drain: false })
    expect(await claim(ledger, id)).toHaveLength(1)
    expect((await told(ledger)).map(({ type }) => type)).toEqual(['worker.drained', 'worker.resumed'])
  })
})

forEachDialect('stopWorker', (open) => {
  it('ends a worker that holds nothing, without an incident', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    ledger.clock.advance(1000)
    const stopped = await stopWorker(ledger.context, { workerId: id, reason: 'a deploy' })
    expect(stopped).toMatchObject({ state: 'stopped', endedAt: at(1000), reason: 'a deploy', deathKind: null, held: 0 })
    expect((await getWorker(ledger.context, { workerId: id })).worker).toEqual(stopped)
    expect(await rowsOf(ledger, 'incidents')).toEqual([])
    expect(await rowsOf(ledger, 'workers')).toMatchObject([{ recovered_at: START_MS + 1000 }])
    expect((await told(ledger)).map(({ type }) => type)).toEqual(['worker.stopped'])
  })

  it('interrupts all that a draining worker still holds', async () => {
    const ledger = await open()
    const { worker } = await begin(ledger)
    await begin(ledger, {}, worker)
    await drainWorker(ledger.context, { workerId: worker.id })
    expect(await stopWorker(ledger.context, { workerId: worker.id })).toMatchObject({ state: 'stopped', held: 0 })
    expect((await rowsOf(ledger, 'task_attempts')).map(({ cause }) => cause)).toEqual(['shutdown', 'shutdown'])
    expect(await rowsOf(ledger, 'incidents')).toHaveLength(1)
  })

  it('leaves nothing for a sweep to find', async () => {
    const ledger = await open()
    const { worker } = await begin(ledger)
    await stopWorker(ledger.context, { workerId: worker.id })
    await pass(ledger, 5000)
    expect(await sweep(ledger)).toMatchObject({ workersDead: 0, interrupted: 0 })
  })
})

forEachDialect('a change of a worker’s state', (open) => {
  it('is refused from every state that does not allow it, and changes nothing', async () => {
    const ledger = await open()
    const [alive, draining, stopped, dead] = [
      await hire(ledger),
      await hire(ledger),
      await hire(ledger),
      await hire(ledger),
    ]
    await drainWorker(ledger.context, { workerId: draining.id })
    await stopWorker(ledger.context, { workerId: stopped.id })
    await declareDead(ledger.context, { workerId: dead.id })
    const before = await snapshot(ledger, ['workers', 'task_events'])
    for (const { id: workerId } of [draining, stopped, dead]) {
      const { state } = (await getWorker(ledger.context, { workerId })).worker
      const refused = await refusal(drainWorker(ledger.context, { workerId }))
      expect(refused).toMatchObject({ code: 'invalid_transition', facts: { state } })
    }
    for (const { id: workerId } of [alive, stopped, dead]) {
      const refused = await refusal(resumeWorker(ledger.context, { workerId }))
      expect(refused).toMatchObject({ code: 'invalid_transition' })
      expect(refused.message).toContain('cannot be resumed')
    }
    for (const { id: workerId } of [stopped, dead]) {
      const { state } = (await getWorker(ledger.context, { workerId })).worker
      const refused = await refusal(stopWorker(ledger.context, { workerId }))
      expect(refused).toMatchObject({ code: 'lease_expired', facts: { state } })
    }
    expect(await snapshot(ledger, ['workers', 'task_events'])).toEqual(before)
  })

  it('is refused for a worker that nobody knows', async () => {
    const ledger = await open()
    for (const change of [drainWorker, resumeWorker, stopWorker, declareDead]) {
      expect(await refusal(change(ledger.context, { workerId: 'nobody' }))).toMatchObject({ code: 'not_found' })
    }
    expect(await rowsOf(ledger, 'task_events')).toEqual([])
  })

  it('has one winner of two that ask at once', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    const contexts = [ledger.context, ledger.contextOf({ db: await ledger.another() })]
    const asked = contexts.map((context) => drainWorker.many(context, [{ workerId: id }]))
    const results = (await Promise.all(asked)).flat()
    expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    expect(await told(ledger)).toHaveLength(1)
  })
})
