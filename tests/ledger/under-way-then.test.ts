import { expect, it } from 'vitest'
import { createTask, declareDead, listTasks } from '#lib/ledger/index.ts'
import type { ListTasks } from '#lib/task/commands.ts'
import { START_MS } from '../support/clock.ts'
import { begin, finish, hire, pass, startedBy, sweep, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

const HOUR_MS = 3_600_000
const at = (ms: number) => new Date(START_MS + ms).toISOString()

async function ids({ context }: Ledger, query: ListTasks): Promise<string[]> {
  return (await listTasks(context, query)).tasks.map(({ id }) => id)
}

forEachDialect('what was under way at a moment', (open) => {
  it('is found wherever it is now, by its attempt of then', async () => {
    const ledger = await open()
    const living = await hire(ledger, { leaseMs: 2 * 24 * HOUR_MS })
    const ended = await begin(ledger, {}, living)
    const running = await begin(ledger, {}, living)
    await createTask(ledger.context, taskOf())
    ledger.clock.advance(1000)
    await finish(ledger, ended.ref)
    const both = [running.task.id, ended.task.id]
    expect(await ids(ledger, { at: at(-1) })).toEqual([])
    expect(new Set(await ids(ledger, { at: at(0) }))).toEqual(new Set(both))
    expect(new Set(await ids(ledger, { at: at(999) }))).toEqual(new Set(both))
    expect(await ids(ledger, { at: at(1000) })).toEqual([running.task.id])
    expect(await ids(ledger, { at: at(0), status: ['success'] })).toEqual([ended.task.id])
    ledger.clock.advance(25 * HOUR_MS)
    expect(await ids(ledger, { at: at(999), status: ['success'] })).toEqual([ended.task.id])
    expect(await ids(ledger, { at: at(0), since: at(1) })).toEqual([])
  })

  it('is found by the worker that had it then', async () => {
    const ledger = await open()
    const { worker, task } = await begin(ledger, { maxRetries: 1 })
    ledger.clock.advance(1)
    await declareDead(ledger.context, { workerId: worker.id, reason: 'gone' })
    await pass(ledger, 10_000)
    await sweep(ledger)
    const next = await startedBy(ledger, task.id)
    const later = { at: new Date(await ledger.context.db.now()).toISOString() }
    expect(await ids(ledger, { at: at(0), worker: worker.id })).toEqual([task.id])
    expect(await ids(ledger, { at: at(0), worker: worker.name })).toEqual([task.id])
    expect(await ids(ledger, { at: at(0), worker: next.workerId })).toEqual([])
    expect(await ids(ledger, { ...later, worker: worker.id })).toEqual([])
    expect(await ids(ledger, { ...later, worker: next.workerId })).toEqual([task.id])
  })
})
