/** Who pays for an interruption: the task that died alone, or nobody, or those that died together a part each. */
import { expect, it } from 'vitest'
import { claimTasks, createTask, declareDead, getTask, stopWorker } from '#lib/ledger/index.ts'
import type { Worker } from '#lib/task/schema.ts'
import { begin, eventsOf, finish, freshId, hire, pass, startedBy, sweep, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'

const rowOf = async (ledger: Ledger, id: string) =>
  (await rowsOf(ledger, 'task_history')).find((row) => row.id === id) ?? {}
const die = ({ context }: Ledger, { id: workerId }: Worker) => declareDead(context, { workerId, reason: 'it burnt' })
const claim = ({ context }: Ledger, { id: workerId }: Worker, max = 1) =>
  claimTasks(context, { workerId, requestId: freshId('r'), max })
const longLived = { leaseMs: 3_600_000 }

/** So many tasks of one worker, which dies under them; they are due again. */
async function dieUnder(ledger: Ledger, count: number): Promise<string[]> {
  const worker = await hire(ledger)
  const ids: string[] = []
  for (let task = 0; task < count; task += 1) ids.push((await begin(ledger, {}, worker)).task.id)
  await die(ledger, worker)
  await pass(ledger, 10_000)
  await sweep(ledger)
  return ids
}

forEachDialect('an interruption that tasks share', (open) => {
  it('counts a part against each, and is one interruption to people', async () => {
    const ledger = await open()
    const ids = await dieUnder(ledger, 3)
    for (const id of ids) {
      expect(await rowOf(ledger, id)).toMatchObject({ blame_ppm: 333_333, interruptions: 1 })
      expect((await getTask(ledger.context, { taskId: id })).task).toMatchObject({ suspect: true })
    }
    expect(await rowsOf(ledger, 'incident_workers')).toMatchObject([{ held: 3, blame_ppm: 333_333 }])
  })

  it('makes no suspect of a task that died alone: it pays whole', async () => {
    const ledger = await open()
    const [id = ''] = await dieUnder(ledger, 1)
    expect(await rowOf(ledger, id)).toMatchObject({ blame_ppm: 1_000_000, interruptions: 1 })
    expect((await getTask(ledger.context, { taskId: id })).task).toMatchObject({ suspect: false })
  })

  it('says in the hint that it runs alone next', async () => {
    const ledger = await open()
    const [id = ''] = await dieUnder(ledger, 2)
    const told = (await eventsOf(ledger, id)).find(({ type }) => type === 'task.interrupted')
    expect(told?.data.next).toBe('reassign in 10s (interruption 1 of 3), alone')
  })

  it('is counted by what the worker held in all, though one batch takes a thousand', async () => {
    const ledger = await open()
    const worker = await hire(ledger)
    const commands = Array.from({ length: 1200 }, () => taskOf({ start: { workerId: worker.id } }))
    await createTask.many(ledger.context, commands)
    await die(ledger, worker)
    const rows = await rowsOf(ledger, 'task_history')
    expect(new Set(rows.map((row) => row.blame_ppm))).toEqual(new Set([833]))
  })
})

forEachDialect('a suspect', (open) => {
  it('runs alone: an idle worker takes it without anything else, and gets nothing until it ends', async () => {
    const ledger = await open()
    const ids = await dieUnder(ledger, 2)
    const worker = await hire(ledger, longLived)
    const [taken, ...others] = await claim(ledger, worker, 10)
    expect(others).toEqual([])
    expect(ids).toContain(taken?.id)
    expect(await claim(ledger, worker, 10)).toEqual([])
    const attempts = await rowsOf(ledger, 'task_attempts')
    expect(attempts.filter(({ isolated }) => Boolean(isolated))).toMatchObject([{ task_id: taken?.id, attempt: 2 }])
    expect((await eventsOf(ledger, taken?.id ?? '')).at(-1)?.reason).toContain('alone on an idle worker')
  })

  it('is not given to a worker that holds something, while others are', async () => {
    const ledger = await open()
    await dieUnder(ledger, 2)
    const { worker: busy } = await begin(ledger, {}, await hire(ledger, longLived))
    const plain = await createTask(ledger.context, taskOf())
    expect((await claim(ledger, busy, 10)).map(({ id }) => id)).toEqual([plain.id])
  })

  it('goes to any worker once nobody was idle for a minute after it was due, and is then not alone', async () => {
    const ledger = await open()
    const ids = await dieUnder(ledger, 2)
    const { worker: busy } = await begin(ledger, {}, await hire(ledger, longLived))
    ledger.clock.advance(59_999)
    expect(await claim(ledger, busy, 10)).toEqual([])
    ledger.clock.advance(1)
    expect((await claim(ledger, busy, 10)).map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    const attempts = await rowsOf(ledger, 'task_attempts')
    expect(attempts.filter(({ isolated }) => Boolean(isolated))).toEqual([])
  })

  it('that dies alone is convicted: quarantined, and the reason says so', async () => {
    const ledger = await open()
    await dieUnder(ledger, 2)
    const worker = await hire(ledger, longLived)
    const [taken] = await claim(ledger, worker)
    await die(ledger, worker)
    expect(await rowOf(ledger, taken?.id ?? '')).toMatchObject({
      status: 'quarantined',
      reason: 'it died alone on an idle worker, after it had died together with others',
    })
  })

  it('is not convicted by a death that it shared after all', async () => {
    const ledger = await open()
    await dieUnder(ledger, 2)
    const worker = await hire(ledger, longLived)
    const [taken] = await claim(ledger, worker)
    const other = await createTask(ledger.context, taskOf())
    await startedBy(ledger, other.id, worker)
    await die(ledger, worker)
    expect(await rowOf(ledger, taken?.id ?? '')).toMatchObject({ status: 'interrupted', blame_ppm: 1_000_000 })
  })

  it('that a person gave to one worker is that worker’s, alone or not', async () => {
    const ledger = await open()
    const [id = ''] = await dieUnder(ledger, 2)
    const { worker } = await begin(ledger, {}, await hire(ledger, longLived))
    await ledger.sql('UPDATE task_history SET worker_id = $1 WHERE id = $2', [worker.id, id])
    expect((await claim(ledger, worker, 10)).map((task) => task.id)).toEqual([id])
  })

  it.each(['failed', 'success'] as const)('is none any more once it ended otherwise: %s', async (outcome) => {
    const ledger = await open()
    await dieUnder(ledger, 2)
    const worker = await hire(ledger, longLived)
    const [taken] = await claim(ledger, worker)
    const task = await finish(ledger, { taskId: taken?.id ?? '', workerId: worker.id, attempt: 2 }, { outcome })
    expect(task).toMatchObject({ suspect: false, status: outcome })
    expect(await claim(ledger, worker, 10)).toHaveLength(1)
  })

  it('is none any more after a planned stop', async () => {
    const ledger = await open()
    await dieUnder(ledger, 2)
    const worker = await hire(ledger, longLived)
    const [taken] = await claim(ledger, worker)
    await stopWorker(ledger.context, { workerId: worker.id })
    expect(await rowOf(ledger, taken?.id ?? '')).toMatchObject({ status: 'interrupted', blame_ppm: 500_000 })
    expect((await getTask(ledger.context, { taskId: taken?.id ?? '' })).task.suspect).toBe(false)
  })
})
