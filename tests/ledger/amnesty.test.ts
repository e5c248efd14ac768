import { expect, it } from 'vitest'
import type { Database } from '#lib/db/types.ts'
import { createTask, heartbeat, recover } from '#lib/ledger/index.ts'
import { START_MS } from '../support/clock.ts'
import { begin, hire, pass, sweep, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'

const LEASE_MS = 30_000

const amnesties = async (ledger: Ledger) =>
  (await rowsOf(ledger, 'task_events')).filter(({ type }) => type === 'recovery.amnesty')

const expiries = async (ledger: Ledger) =>
  (await rowsOf(ledger, 'workers')).map(({ lease_expires_at }) => Number(lease_expires_at) - START_MS)

forEachDialect('an outage of the server', (open) => {
  it('of five leases costs none of 60 workers its life: each lease gets one more term, in one event', async () => {
    const ledger = await open()
    const workers = []
    for (let index = 0; index < 60; index += 1) workers.push(await begin(ledger))
    const draining = await hire(ledger)
    await sweep(ledger)
    const tasks = await snapshot(ledger, ['task_history', 'task_attempts'])
    ledger.clock.advance(5 * LEASE_MS)
    await ledger.reopen()
    const boot = await recover(ledger.context, { trigger: 'boot', sweepMs: 1000 })
    expect(boot).toMatchObject({ workersDead: 0, interrupted: 0 })
    expect(await expiries(ledger)).toEqual(Array(61).fill(6 * LEASE_MS))
    expect(await snapshot(ledger, ['task_history', 'task_attempts'])).toEqual(tasks)
    expect((await amnesties(ledger)).map(({ data }) => JSON.parse(String(data)))).toEqual([
      { gapMs: 5 * LEASE_MS, leases: 61 },
    ])
    expect(await sweep(ledger)).toMatchObject({ workersDead: 0 })
    for (const { worker, ref } of workers) {
      const held = [{ taskId: ref.taskId, attempt: 1 }]
      const answer = await heartbeat(ledger.context, { workerId: worker.id, held })
      expect(answer.held).toMatchObject([{ verdict: 'held' }])
    }
    await heartbeat(ledger.context, { workerId: draining.id, held: [] })
    expect(await amnesties(ledger)).toHaveLength(1)
  })

  it('is made good once, however many instances wake up from it', async () => {
    const ledger = await open()
    await begin(ledger)
    const contexts = [ledger.context, ledger.contextOf({ db: await ledger.another() })]
    await sweep(ledger)
    ledger.clock.advance(5 * LEASE_MS)
    await Promise.all(contexts.map((context) => recover(context, { trigger: 'boot', sweepMs: 1000 })))
    expect(await amnesties(ledger)).toHaveLength(1)
    expect(await expiries(ledger)).toEqual([6 * LEASE_MS])
  })

  it('of less than the shortest lease costs nobody theirs either', async () => {
    const ledger = await open()
    const { worker, ref } = await begin(ledger, {}, await hire(ledger, { leaseMs: 5000 }))
    ledger.clock.advance(800)
    await sweep(ledger)
    ledger.clock.advance(4300)
    await ledger.reopen()
    const boot = await recover(ledger.context, { trigger: 'boot', sweepMs: 1000 })
    expect(boot).toMatchObject({ workersDead: 0, interrupted: 0 })
    const answer = await heartbeat(ledger.context, { workerId: worker.id, held: [{ taskId: ref.taskId, attempt: 1 }] })
    expect(answer.held).toMatchObject([{ verdict: 'held' }])
  })

  it('is over one term later for those that do not come back', async () => {
    const ledger = await open()
    await begin(ledger)
    await sweep(ledger)
    ledger.clock.advance(5 * LEASE_MS)
    expect(await sweep(ledger)).toMatchObject({ workersDead: 0 })
    await pass(ledger, LEASE_MS - 1)
    expect(await sweep(ledger)).toMatchObject({ workersDead: 0 })
    ledger.clock.advance(1)
    expect(await sweep(ledger)).toMatchObject({ workersDead: 1, interrupted: 1 })
  })

  it('does not bring back who was dead before', async () => {
    const ledger = await open()
    await begin(ledger)
    await pass(ledger, LEASE_MS)
    await sweep(ledger)
    const before = await snapshot(ledger)
    ledger.clock.advance(5 * LEASE_MS)
    await sweep(ledger)
    expect((await snapshot(ledger)).workers).toEqual(before.workers)
    expect(await amnesties(ledger)).toEqual([])
  })

  it('saves no worker whose process is gone', async () => {
    const ledger = await open()
    const here = { bootId: 'boot-1', pidNamespace: 'pid:[1]' }
    await begin(ledger, {}, await hire(ledger, { ...here, processStartedAt: '1' }))
    await sweep(ledger)
    ledger.clock.advance(5 * LEASE_MS)
    const host = { ...here, isGone: () => true }
    expect(await recover(ledger.context, { trigger: 'boot', sweepMs: 1000, host })).toMatchObject({ interrupted: 1 })
  })
})

forEachDialect('a clock that was set back', (open) => {
  it('by an hour interrupts nothing, neither then nor when it catches up', async () => {
    const ledger = await open()
    const { worker, ref } = await begin(ledger)
    await sweep(ledger)
    const before = await snapshot(ledger, ['task_history', 'task_attempts'])
    ledger.clock.set(START_MS - 3_600_000)
    expect(await sweep(ledger)).toMatchObject({ workersDead: 0, interrupted: 0 })
    expect((await amnesties(ledger)).map(({ data }) => JSON.parse(String(data)))).toEqual([
      { gapMs: -3_600_000, leases: 1 },
    ])
    await pass(ledger, LEASE_MS)
    expect(await sweep(ledger)).toMatchObject({ workersDead: 0 })
    const held = [{ taskId: ref.taskId, attempt: 1 }]
    const answer = await heartbeat(ledger.context, { workerId: worker.id, held })
    expect(answer.held).toMatchObject([{ verdict: 'held' }])
    expect(await snapshot(ledger, ['task_history', 'task_attempts'])).toEqual(before)
    expect(await amnesties(ledger)).toHaveLength(1)
  })
})

forEachDialect('no outage', (open) => {
  it('is a gap of three sweeps and two seconds; a millisecond more is one', async () => {
    const ledger = await open()
    await hire(ledger)
    await sweep(ledger)
    ledger.clock.advance(5000)
    await sweep(ledger)
    expect(await expiries(ledger)).toEqual([LEASE_MS])
    ledger.clock.advance(5001)
    await sweep(ledger)
    expect(await expiries(ledger)).toEqual([2 * LEASE_MS])
    expect(await amnesties(ledger)).toHaveLength(1)
  })

  it('is another instance that swept a moment later than this one thinks', async () => {
    const ledger = await open()
    await hire(ledger)
    await sweep(ledger)
    ledger.clock.advance(-999)
    await sweep(ledger)
    expect(await expiries(ledger)).toEqual([LEASE_MS])
  })

  it('is a pass of recovery that takes long', async () => {
    const ledger = await open()
    const dead = await hire(ledger)
    const living = await hire(ledger, { leaseMs: 3_600_000 })
    const commands = Array.from({ length: 4500 }, () => taskOf({ start: { workerId: dead.id } }))
    await createTask.many(ledger.context, commands)
    await pass(ledger, LEASE_MS)
    // Some batches may be under way side by side, and take as long as one.
    const db = slow(ledger.db, () => ledger.clock.advance(4000))
    const run = await recover(ledger.contextOf({ db }), { trigger: 'sweep', sweepMs: 1000 })
    expect(run).toMatchObject({ interrupted: 4500 })
    expect(Date.parse(run.finishedAt) - Date.parse(run.startedAt)).toBeGreaterThanOrEqual(12_000)
    ledger.clock.advance(1000)
    await sweep(ledger)
    expect(await amnesties(ledger)).toEqual([])
    const [row] = (await rowsOf(ledger, 'workers')).filter(({ id }) => id === living.id)
    expect(row).toMatchObject({ lease_expires_at: START_MS + 3_600_000 })
  })
})

/** The same database, but time passes with each batch of interruptions. */
function slow(db: Database, spend: () => void): Database {
  return {
    ...db,
    write(work, requests) {
      if (work.name === 'interruptTask') spend()
      return db.write(work, requests)
    },
  }
}
