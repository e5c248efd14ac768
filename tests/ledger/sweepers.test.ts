import { expect, it } from 'vitest'
import type { Database } from '#lib/db/types.ts'
import { createTask, recover, registerWorker } from '#lib/ledger/index.ts'
import { begin, hire, pass, sweep, taskOf, workerOf } from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'
import { whileStuck } from '../support/stuck.ts'

const HERE = { bootId: 'boot-1', pidNamespace: 'pid:[1]' }
/** A host that finds every process gone: what is proven dead waits for no storm. */
const host = { ...HERE, isGone: () => true }

/** Workers that all answer no more, with their tasks. Gives the ids of the tasks. */
async function dieTogether(ledger: Ledger, workers: number, tasksEach: number): Promise<string[]> {
  const hired = await registerWorker.many(
    ledger.context,
    Array.from({ length: workers }, () => workerOf({ ...HERE, processStartedAt: '1' })),
  )
  const commands = hired.flatMap((result) =>
    result.ok ? Array.from({ length: tasksEach }, () => taskOf({ start: { workerId: result.value.id } })) : [],
  )
  const created = await createTask.many(ledger.context, commands)
  await pass(ledger, 30_000)
  return created.flatMap((result) => (result.ok ? [result.value.id] : []))
}

/** The same database, which counts how many requests of a work a transaction had. */
function counting(db: Database, work: string, counted: number[]): Database {
  return {
    ...db,
    write(asked, requests) {
      const plan: typeof asked.plan = (transaction, shared) => {
        if (asked.name === work) counted.push(shared.length)
        return asked.plan(transaction, shared)
      }
      return db.write({ ...asked, plan }, requests)
    },
  }
}

forEachDialect('two sweepers at once', (open) => {
  it('interrupt each of a hundred tasks exactly once, with one hint each and one incident for all', async () => {
    const ledger = await open()
    const taskIds = await dieTogether(ledger, 50, 2)
    const contexts = [ledger.context, ledger.contextOf({ db: await ledger.another() })]
    const printed: string[] = []
    const onHint = (text: string) => void printed.push(text)
    const sweeps = contexts.map((context) => recover(context, { trigger: 'sweep', sweepMs: 1000, onHint, host }))
    const runs = await Promise.all(sweeps)
    const sum = (of: (run: (typeof runs)[number]) => number) => runs.reduce((total, run) => total + of(run), 0)
    expect([sum((run) => run.interrupted), sum((run) => run.workersDead), sum((run) => run.errors.length)]).toEqual([
      100, 50, 0,
    ])
    const hinted = runs.flatMap(({ hints }) => hints.map(({ taskId }) => taskId))
    expect(hinted.toSorted()).toEqual(taskIds.toSorted())
    expect(new Set(printed).size).toBe(100)
    expect(printed).toHaveLength(100)
    const told = (await rowsOf(ledger, 'task_events')).filter(({ type }) => type === 'task.interrupted')
    expect(told.map(({ task_id }) => task_id).toSorted()).toEqual(taskIds.toSorted())
    expect(await rowsOf(ledger, 'incidents')).toMatchObject([{ cause: 'mass_event' }])
    expect(await rowsOf(ledger, 'incident_workers')).toHaveLength(50)
    const tasks = await rowsOf(ledger, 'task_history')
    expect(tasks.filter((row) => row.status === 'interrupted' && row.interruptions === 0)).toHaveLength(100)
    await checkInvariants(ledger)
  })
})

forEachDialect('a backlog of 2,500', (open) => {
  it('goes in batches of a thousand, and keeps every hint in history', async () => {
    const ledger = await open()
    await dieTogether(ledger, 2, 1250)
    const batches: number[] = []
    const context = ledger.contextOf({ db: counting(ledger.db, 'interruptTask', batches) })
    const printed: string[] = []
    const onHint = (text: string) => void printed.push(text)
    const run = await recover(context, { trigger: 'boot', sweepMs: 1000, onHint })
    expect(run).toMatchObject({ interrupted: 2500, workersDead: 2, errors: [] })
    expect(batches).toEqual([1000, 1000, 500])
    expect(new Set(printed).size).toBe(2500)
    expect(run.hints).toHaveLength(500)
    const told = (await rowsOf(ledger, 'task_events')).filter(({ type }) => type === 'task.interrupted')
    expect(new Set(told.map(({ task_id }) => task_id)).size).toBe(2500)
    expect(await rowsOf(ledger, 'incidents')).toHaveLength(2)
  })

  it('holds a boot up for the first batch alone; the next pass goes on', async () => {
    const ledger = await open()
    await dieTogether(ledger, 2, 1250)
    const boot = { trigger: 'boot', sweepMs: 1000, firstBatchOnly: true } as const
    expect(await recover(ledger.context, boot)).toMatchObject({ interrupted: 1000, workersDead: 2 })
    expect(await sweep(ledger)).toMatchObject({ interrupted: 1500, workersDead: 0 })
    expect(await sweep(ledger)).toMatchObject({ interrupted: 0 })
  })
})

forEachDialect('a task that cannot be interrupted', (open, dialect) => {
  it('is reported once, and holds up no other', async () => {
    const ledger = await open()
    await begin(ledger, { id: 'stuck-1' })
    await dieTogether(ledger, 1, 20)
    await whileStuck(ledger, dialect, 'interrupted', async () => {
      const run = await sweep(ledger)
      expect(run).toMatchObject({ interrupted: 20, workersDead: 2 })
      expect(run.errors).toEqual([{ taskId: 'stuck-1', message: expect.stringContaining('this row is stuck') }])
      const told = new Set<string>()
      const before = (await rowsOf(ledger, 'recovery_runs')).length
      for (let times = 0; times < 3; times += 1) {
        await recover(ledger.context, { trigger: 'sweep', sweepMs: 1000, told })
      }
      expect(await rowsOf(ledger, 'recovery_runs')).toHaveLength(before + 1)
    })
    const [kept] = (await rowsOf(ledger, 'task_history')).filter(({ id }) => id === 'stuck-1')
    expect(kept).toMatchObject({ status: 'running', interruptions: 0 })
    expect(await sweep(ledger)).toMatchObject({ interrupted: 1, errors: [] })
    await checkInvariants(ledger)
  })

  it('starves no other, though there are more of them than a batch holds, and a dry run says the same', async () => {
    const ledger = await open()
    const doomed = await hire(ledger)
    const stuck = Array.from({ length: 1100 }, (_, index) =>
      taskOf({ id: `stuck-${index}`, start: { workerId: doomed.id } }),
    )
    await createTask.many(ledger.context, stuck.slice(0, 1000))
    await createTask.many(ledger.context, stuck.slice(1000))
    await begin(ledger, { id: 'free-1' }, doomed)
    await pass(ledger, 30_000)
    await whileStuck(ledger, dialect, 'interrupted', async () => {
      const options = { trigger: 'manual', sweepMs: 1000 } as const
      const rehearsed = await recover(ledger.context, { ...options, dryRun: true })
      expect(rehearsed).toMatchObject({ interrupted: 1, workersDead: 1, hints: [{ taskId: 'free-1' }] })
      expect(rehearsed.errors).toHaveLength(500)
      expect(await recover(ledger.context, options)).toMatchObject({ interrupted: 1, hints: [{ taskId: 'free-1' }] })
    })
  }, 180_000)
})
