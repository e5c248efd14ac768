import { expect, it } from 'vitest'
import { claimTasks, drainWorker, reassignTask } from '#lib/ledger/index.ts'
import { begin, finish, freshId, hire, pass, sweep } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'

const _MINUTE_MS = 60_000

const taskRow = async (ledger: Ledger) => (await rowsOf(ledger, 'task_history'))[0] ?? {}
const claim = ({ context }: Ledger, worker: { id: string }) =>
  claimTasks(context, { workerId: worker.id, requestId: freshId('request'), max: 10 })
const keepAlive = async (ledger: Ledger, ms: number) => {
  for (let passed = 0; passed < ms; passed += 1000) await pass(ledger, 1000)
}

forEachDialect('the worker that lost a task', (open) => {
  const fail = async (ledger: Ledger, leaseMs = 600_000) => {
    const worker = await hire(ledger, { leaseMs, skills: ['node'] })
    const { ref } = await begin(ledger, { requires: ['node'] }, worker)
    await finish(ledger, ref, { outcome: 'failed' })
    await keepAlive(ledger, 10_000)
    await sweep(ledger)
    expect(await taskRow(ledger)).toMatchObject({ status: 'assigned', excluded_worker_id: worker.id })
    return worker
  }

  it('does not get it again while another one can do it', async () => {
    const ledger = await open()
    const other = await hire(ledger, { leaseMs: 600_000, skills: ['node', 'gpu'] })
    const loser = await fail(ledger)
    expect(await claim(ledger, loser)).toEqual([])
    expect(await claim(ledger, other)).toMatchObject([{ attempt: 2, excludedWorkerId: null }])
  })

  it.each([
    ['has not the skills', async (ledger: Ledger) => void (await hire(ledger, { leaseMs: 600_000, skills: ['gpu'] }))],
    [
      'drains',
      async (ledger: Ledger) => {
        const { id } = await hire(ledger, { leaseMs: 600_000, skills: ['node'] })
        await drainWorker(ledger.context, { workerId: id })
      },
    ],
    ['is gone', async (ledger: Ledger) => void (await hire(ledger, { leaseMs: 5000, skills: ['node'] }))],
    ['is not there', async () => {}],
  ])('gets it again when the other one %s', async (_, prepare) => {
    const ledger = await open()
    await prepare(ledger)
    const loser = await fail(ledger)
    expect(await claim(ledger, loser)).toHaveLength(1)
  })

  it('gets it again when nobody else took it for a minute', async () => {
    const ledger = await open()
    await hire(ledger, { leaseMs: 600_000, skills: ['node'] })
    const loser = await fail(ledger)
    ledger.clock.advance(60_000 - 1)
    expect(await claim(ledger, loser)).toEqual([])
    ledger.clock.advance(1)
    expect(await claim(ledger, loser)).toHaveLength(1)
  })

  it('gets it when a person chooses it', async () => {
    const ledger = await open()
    const loser = await hire(ledger, { leaseMs: 600_000 })
    await hire(ledger, { leaseMs: 600_000 })
    const { ref } = await begin(ledger, {}, loser)
    await finish(ledger, ref, { outcome: 'failed' })
    await reassignTask(ledger.context, { taskId: ref.taskId, workerId: loser.id, reason: 'it has the files' })
    expect(await claim(ledger, loser)).toHaveLength(1)
  })
})
