import { expect, it } from 'vitest'
import { drainWorker, getWorker, listWorkers, registerWorker } from '#lib/ledger/index.ts'
import { START_MS } from '../support/clock.ts'
import { begin, hire, sweep, workerOf } from '../support/factories.ts'
import { forEachDialect, rowsOf } from '../support/ledger.ts'

const FULL = {
  host: 'build-7',
  pid: 4411,
  name: 'builder',
  version: '1.2.3',
  skills: ['git', 'compensate:branch'],
  labels: { pool: 'night' },
  slots: 4,
  leaseMs: 60_000,
}

forEachDialect('registerWorker', (open) => {
  it('gives a new incarnation an id and a lease of thirty seconds', async () => {
    const ledger = await open()
    const worker = await registerWorker(ledger.context, { host: 'dev-1', pid: 4000 })
    expect(worker).toMatchObject({
      state: 'alive',
      leaseMs: 30_000,
      held: 0,
      slots: 1000,
      deathKind: null,
      endedAt: null,
    })
    expect(worker.leaseExpiresAt).toBe(new Date(START_MS + 30_000).toISOString())
    expect(worker.lastHeartbeatAt).toBe(new Date(START_MS).toISOString())
  })

  it('keeps what the worker tells of itself over a restart, and never shows its identity', async () => {
    const ledger = await open()
    const identity = { bootId: 'boot', pidNamespace: 'pid:[4026531836]', processStartedAt: '12345' }
    const worker = await registerWorker(ledger.context, { ...FULL, ...identity })
    await ledger.reopen()
    expect((await getWorker(ledger.context, { workerId: worker.id })).worker).toEqual(worker)
    expect(worker).toMatchObject(FULL)
    expect(await rowsOf(ledger, 'workers')).toMatchObject([
      { boot_id: 'boot', pid_namespace: 'pid:[4026531836]', process_started_at: '12345' },
    ])
  })

  it('names a worker that has no name by its host and pid', async () => {
    const { context } = await open()
    expect((await registerWorker(context, { host: 'dev-1', pid: 4411 })).name).toBe('dev-1/4411')
  })

  it('makes the same process registered twice two workers', async () => {
    const ledger = await open()
    const [first, second] = [await registerWorker(ledger.context, FULL), await registerWorker(ledger.context, FULL)]
    expect(first.id).not.toBe(second.id)
    expect((await listWorkers(ledger.context, {})).workers).toHaveLength(2)
  })

  it('remembers the token that registered it', async () => {
    const ledger = await open()
    const actor = { kind: 'token', name: 'ci', role: 'worker', tokenId: 'token-1' } as const
    await registerWorker(ledger.contextOf({ actor }), FULL)
    expect(await rowsOf(ledger, 'workers')).toMatchObject([{ token_id: 'token-1' }])
  })

  it('takes many at once, each with its own id', async () => {
    const ledger = await open()
    const workers = await Promise.all(Array.from({ length: 50 }, () => hire(ledger)))
    expect(new Set(workers.map(({ id }) => id)).size).toBe(50)
  })
})

forEachDialect('registerWorker with replaces', (open) => {
  it('declares the earlier incarnation dead at once, and the next sweep recovers what it held', async () => {
    const ledger = await open()
    const { worker, ref } = await begin(ledger)
    const next = await hire(ledger, { replaces: worker.id })
    expect((await getWorker(ledger.context, { workerId: worker.id })).worker).toMatchObject({
      state: 'dead',
      deathKind: 'replaced',
    })
    const run = await sweep(ledger)
    expect(run).toMatchObject({ interrupted: 1, workersDead: 0 })
    expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([{ task_id: ref.taskId, cause: 'replaced' }])
    expect((await getWorker(ledger.context, { workerId: next.id })).worker.state).toBe('alive')
  })

  it('buries a draining worker, but not one that ended before', async () => {
    const ledger = await open()
    const worker = await hire(ledger)
    await drainWorker(ledger.context, { workerId: worker.id })
    await hire(ledger, { replaces: worker.id })
    const before = (await rowsOf(ledger, 'workers')).find((row) => row.id === worker.id)
    ledger.clock.advance(1000)
    await hire(ledger, { replaces: worker.id })
    expect((await rowsOf(ledger, 'workers')).find((row) => row.id === worker.id)).toEqual(before)
    expect(before).toMatchObject({ state: 'dead', death_kind: 'replaced' })
  })

  it('registers all the same when nobody has the id', async () => {
    const ledger = await open()
    expect(await registerWorker(ledger.context, workerOf({ replaces: 'nobody' }))).toMatchObject({ state: 'alive' })
  })
})
