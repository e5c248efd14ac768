import { expect, it } from 'vitest'
import { heartbeat, type RecoverOptions, recover, startAttempt } from '#lib/ledger/index.ts'
import type { RegisterWorker } from '#lib/task/commands.ts'
import { START_MS } from '../support/clock.ts'
import { begin, eventTypes, freshId, hire, pass, sweep } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot, TABLES } from '../support/ledger.ts'

const HERE = { bootId: 'boot-1', pidNamespace: 'pid:[4026531836]' }
const LOCAL = { ...HERE, processStartedAt: '8126' }

const seesGone = { ...HERE, isGone: () => true }
const seesAlive = { ...HERE, isGone: () => false }

const sweepOn = ({ context }: Ledger, host: RecoverOptions['host']) =>
  recover(context, { trigger: 'sweep', sweepMs: 1000, host })

const stateOf = async (ledger: Ledger, id: string) => (await rowsOf(ledger, 'workers')).find((row) => row.id === id)

forEachDialect('a proven death', (open) => {
  it('is noticed at once, though the lease holds', async () => {
    const ledger = await open()
    const { worker, ref } = await begin(ledger, {}, await hire(ledger, LOCAL))
    expect(await sweepOn(ledger, seesGone)).toMatchObject({ workersDead: 1, interrupted: 1, errors: [] })
    expect(await stateOf(ledger, worker.id)).toMatchObject({ state: 'dead', death_kind: 'proven', ended_at: START_MS })
    expect(await rowsOf(ledger, 'task_history')).toMatchObject([{ id: ref.taskId, status: 'interrupted' }])
    expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([{ cause: 'proven', status: 'interrupted' }])
  })

  it('needs all three facts of the process, and the same host', async () => {
    const ledger = await open()
    const strangers: Partial<RegisterWorker>[] = [
      { bootId: LOCAL.bootId, pidNamespace: LOCAL.pidNamespace },
      { bootId: LOCAL.bootId, processStartedAt: '8126' },
      { pidNamespace: LOCAL.pidNamespace, processStartedAt: '8126' },
      { ...LOCAL, bootId: 'boot-2' },
      { ...LOCAL, pidNamespace: 'pid:[1]' },
      {},
    ]
    for (const facts of strangers) await begin(ledger, {}, await hire(ledger, facts))
    const before = await snapshot(ledger)
    expect(await sweepOn(ledger, seesGone)).toMatchObject({ workersDead: 0, interrupted: 0 })
    expect(await snapshot(ledger)).toEqual(before)
  })

  it('needs a host that looked, and that found the process gone', async () => {
    const ledger = await open()
    const worker = await hire(ledger, LOCAL)
    await begin(ledger, {}, worker)
    const looked: unknown[] = []
    const isGone = (...process: unknown[]) => looked.push(process) < 0
    expect(await sweepOn(ledger, { ...HERE, isGone })).toMatchObject({ workersDead: 0 })
    expect(looked).toEqual([[worker.pid, '8126']])
    expect(await sweepOn(ledger, undefined)).toMatchObject({ workersDead: 0 })
    expect(await stateOf(ledger, worker.id)).toMatchObject({ state: 'alive' })
  })

  it('is none for a worker that was heard between the look and the write', async () => {
    const ledger = await open()
    const { worker, ref } = await begin(ledger, {}, await hire(ledger, LOCAL))
    const held = [{ taskId: ref.taskId, attempt: 1 }]
    let beating: Promise<unknown> = Promise.resolve()
    const isGone = () => {
      beating = heartbeat(ledger.context, { workerId: worker.id, held })
      return true
    }
    // The clock is asked once more after the look: the heartbeat has committed by then.
    const db = { ...ledger.db, now: () => beating.then(() => ledger.db.now()) }
    const host = { ...HERE, isGone }
    const run = await recover(ledger.contextOf({ db }), { trigger: 'sweep', sweepMs: 1000, host })
    expect(run).toMatchObject({ workersDead: 0, interrupted: 0 })
    expect(await stateOf(ledger, worker.id)).toMatchObject({ state: 'alive', heartbeat_count: 1 })
    expect(await rowsOf(ledger, 'task_history')).toMatchObject([{ status: 'running' }])
  })
})

forEachDialect('a suspected death', (open) => {
  it('comes with the very end of the lease, and not a millisecond before', async () => {
    const ledger = await open()
    const { worker } = await begin(ledger)
    await pass(ledger, 29_999)
    expect(await sweep(ledger)).toMatchObject({ workersDead: 0, interrupted: 0 })
    ledger.clock.advance(1)
    expect(await sweep(ledger)).toMatchObject({ workersDead: 1, interrupted: 1 })
    expect(await stateOf(ledger, worker.id)).toMatchObject({
      death_kind: 'suspected',
      reason: 'its lease ran out',
      last_heartbeat_at: START_MS,
      ended_at: START_MS + 30_000,
    })
  })

  it('needs no host, and is the word for what a host here cannot prove', async () => {
    const ledger = await open()
    const { worker } = await begin(ledger, {}, await hire(ledger, LOCAL))
    await pass(ledger, 30_000)
    expect(await sweepOn(ledger, seesAlive)).toMatchObject({ workersDead: 1 })
    expect(await stateOf(ledger, worker.id)).toMatchObject({ death_kind: 'suspected' })
  })

  it('is told as proven where the process is gone as well', async () => {
    const ledger = await open()
    const { worker } = await begin(ledger, {}, await hire(ledger, LOCAL))
    await pass(ledger, 30_000)
    expect(await sweepOn(ledger, seesGone)).toMatchObject({ workersDead: 1, interrupted: 1 })
    expect(await stateOf(ledger, worker.id)).toMatchObject({ death_kind: 'proven' })
  })

  it('is none for a worker that got its lease back between the look and the write', async () => {
    const ledger = await open()
    const { worker, ref } = await begin(ledger)
    await pass(ledger, 30_000)
    const reattach = { taskId: ref.taskId, workerId: worker.id, requestId: freshId('r'), reattach: { attempt: 1 } }
    const db: Ledger['db'] = {
      ...ledger.db,
      async read(text, parameters) {
        const rows = await ledger.db.read(text, parameters)
        if (rows.some(({ id }) => id === worker.id)) await startAttempt(ledger.context, reattach)
        return rows
      },
    }
    const run = await recover(ledger.contextOf({ db }), { trigger: 'sweep', sweepMs: 1000 })
    expect(run).toMatchObject({ workersDead: 0, interrupted: 0 })
    expect(await stateOf(ledger, worker.id)).toMatchObject({ state: 'alive', lease_expires_at: START_MS + 60_000 })
    expect(await eventTypes(ledger, ref.taskId)).not.toContain('task.interrupted')
  })

  it('leaves a worker elsewhere alone while its lease holds, with its work', async () => {
    const ledger = await open()
    const elsewhere = await hire(ledger, { host: 'dev-2', leaseMs: 3_600_000 })
    await begin(ledger, {}, elsewhere)
    const before = await snapshot(ledger, ['task_history', 'task_attempts'])
    await hire(ledger)
    await pass(ledger, 30_000)
    expect(await sweepOn(ledger, seesGone)).toMatchObject({ workersDead: 1, interrupted: 0 })
    expect(await snapshot(ledger, ['task_history', 'task_attempts'])).toEqual(before)
    expect(await stateOf(ledger, elsewhere.id)).toMatchObject({ state: 'alive', ended_at: null })
  })
})

forEachDialect('a pass of recovery', (open) => {
  it('that finds nothing leaves no trace when it is the sweeper’s', async () => {
    const ledger = await open()
    await begin(ledger)
    await sweep(ledger)
    const before = await snapshot(ledger, TABLES)
    expect(await sweep(ledger)).toMatchObject({ workersDead: 0, interrupted: 0, reassigned: 0, hints: [] })
    expect(await snapshot(ledger, TABLES)).toEqual(before)
  })

  it('is always on record when it is that of a boot, or by hand', async () => {
    const ledger = await open()
    for (const trigger of ['boot', 'manual'] as const) await recover(ledger.context, { trigger, sweepMs: 1000 })
    const runs = await rowsOf(ledger, 'recovery_runs')
    expect(runs.map((row) => row.trigger)).toEqual(['boot', 'manual'])
    const events = await rowsOf(ledger, 'task_events')
    expect(events.map(({ type, task_id }) => [type, task_id])).toEqual(Array(2).fill(['recovery.ran', null]))
  })

  it('changes nothing the second time', async () => {
    const ledger = await open()
    const worker = await hire(ledger)
    for (let index = 0; index < 3; index += 1) await begin(ledger, {}, worker)
    await pass(ledger, 30_000)
    expect(await sweep(ledger)).toMatchObject({ interrupted: 3, workersDead: 1 })
    const before = await snapshot(ledger, TABLES)
    expect(await sweep(ledger)).toMatchObject({ interrupted: 0, workersDead: 0 })
    await ledger.reopen()
    expect(await sweep(ledger)).toMatchObject({ interrupted: 0, workersDead: 0 })
    expect(await snapshot(ledger, TABLES)).toEqual(before)
  })
})
