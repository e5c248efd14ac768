/** What ends many workers is no task's fault, and one incident. */
import { expect, it } from 'vitest'
import { declareDead, listIncidents, registerWorker, startAttempt } from '#lib/ledger/index.ts'
import type { Worker } from '#lib/task/schema.ts'
import { begin, eventsOf, freshId, hire, pass, sweep, workerOf } from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'

const rowOf = async (ledger: Ledger, id: string) =>
  (await rowsOf(ledger, 'task_history')).find((row) => row.id === id) ?? {}
const die = ({ context }: Ledger, { id: workerId }: Worker) => declareDead(context, { workerId, reason: 'it burnt' })
const longLived = { leaseMs: 3_600_000 }

forEachDialect('a mass event', (open) => {
  it('is three workers within one lease: the third gives the first two their cost back, in one incident', async () => {
    const ledger = await open()
    const all = [await begin(ledger), await begin(ledger), await begin(ledger)]
    for (const [index, { worker, task }] of all.entries()) {
      await die(ledger, worker)
      const cost = { interruptions: 1, blame_ppm: 1_000_000 }
      if (index < 2) expect(await rowOf(ledger, task.id)).toMatchObject(cost)
    }
    for (const { task } of all) expect(await rowOf(ledger, task.id)).toMatchObject({ interruptions: 0, blame_ppm: 0 })
    const { incidents } = await listIncidents(ledger.context, {})
    expect(incidents).toMatchObject([{ cause: 'mass_event', workers: 3, total: 3, open: 3, workerId: null }])
    const ids = (await rowsOf(ledger, 'task_history')).map((row) => row.incident_id)
    expect(new Set(ids)).toEqual(new Set([incidents[0]?.id]))
    for (const { task } of all.slice(0, 2)) {
      expect((await eventsOf(ledger, task.id)).at(-1)).toMatchObject({
        type: 'task.refunded',
        data: { interruptions: 0 },
      })
    }
    await checkInvariants(ledger)
  })

  it('is no mass event when a lease has passed between them', async () => {
    const ledger = await open()
    const all = [await begin(ledger), await begin(ledger), await begin(ledger, {}, await hire(ledger, longLived))]
    for (const { worker } of all.slice(0, 2)) await die(ledger, worker)
    await pass(ledger, 30_000)
    await die(ledger, all[2]?.worker ?? (await hire(ledger)))
    for (const { task } of all) expect(await rowOf(ledger, task.id)).toMatchObject({ interruptions: 1 })
    expect((await listIncidents(ledger.context, {})).incidents).toHaveLength(3)
  })

  it('is a whole host of two, and not two of three', async () => {
    const ledger = await open()
    const host = { host: 'rack-7' }
    const two = [await begin(ledger, {}, await hire(ledger, host)), await begin(ledger, {}, await hire(ledger, host))]
    const { worker: third } = await begin(ledger, {}, await hire(ledger, host))
    for (const { worker } of two) await die(ledger, worker)
    for (const { task } of two) expect(await rowOf(ledger, task.id)).toMatchObject({ interruptions: 1 })
    await die(ledger, third)
    for (const { task } of two) expect(await rowOf(ledger, task.id)).toMatchObject({ interruptions: 0 })
  })

  it('is none when one task kills one worker after the other: the fourth time it is quarantined', async () => {
    const ledger = await open()
    const { task, worker } = await begin(ledger)
    await die(ledger, worker)
    for (let deaths = 2; deaths <= 4; deaths += 1) {
      const next = await hire(ledger)
      await startAttempt(ledger.context, { taskId: task.id, workerId: next.id, requestId: freshId('r') })
      await die(ledger, next)
    }
    expect(await rowOf(ledger, task.id)).toMatchObject({ status: 'quarantined', interruptions: 4 })
  })
})

forEachDialect('the reboot of a host', (open) => {
  const boot = (bootId: string) => ({ host: 'rack-7', bootId })

  it('that is known costs nothing, and is one incident', async () => {
    const ledger = await open()
    const { worker, task } = await begin(ledger, {}, await hire(ledger, boot('one')))
    ledger.clock.advance(1000)
    await registerWorker(ledger.context, workerOf(boot('two')))
    await die(ledger, worker)
    expect(await rowOf(ledger, task.id)).toMatchObject({ interruptions: 0, status: 'interrupted' })
    expect((await listIncidents(ledger.context, {})).incidents).toMatchObject([
      { cause: 'host_reboot', host: 'rack-7' },
    ])
  })

  it('that is known only later gives the cost back', async () => {
    const ledger = await open()
    const { worker, task } = await begin(ledger, {}, await hire(ledger, boot('one')))
    await die(ledger, worker)
    expect(await rowOf(ledger, task.id)).toMatchObject({ interruptions: 1 })
    await pass(ledger, 5000)
    await registerWorker(ledger.context, workerOf(boot('two')))
    await sweep(ledger)
    expect(await rowOf(ledger, task.id)).toMatchObject({ interruptions: 0, blame_ppm: 0 })
    expect((await listIncidents(ledger.context, {})).incidents).toMatchObject([{ cause: 'host_reboot' }])
    await checkInvariants(ledger)
  })

  it('that an operator declares costs nothing', async () => {
    const ledger = await open()
    const { worker, task } = await begin(ledger)
    await declareDead(ledger.context, { workerId: worker.id, reason: 'patched', hostRebooted: true })
    expect(await rowOf(ledger, task.id)).toMatchObject({ interruptions: 0 })
  })

  it('is none while the worker was heard after the other boot registered', async () => {
    const ledger = await open()
    await hire(ledger, boot('two'))
    ledger.clock.advance(1)
    const { worker, task } = await begin(ledger, {}, await hire(ledger, boot('one')))
    await die(ledger, worker)
    expect(await rowOf(ledger, task.id)).toMatchObject({ interruptions: 1 })
  })
})
