import { expect, it } from 'vitest'
import { declareDead, getTask, heartbeat, startAttempt } from '#lib/ledger/index.ts'
import { tick } from '#lib/ledger/recovery/tick.ts'
import { begin, codeOf, freshId, hire, pass, type Ref, sweep } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

async function take(ledger: Ledger, { taskId }: Ref) {
  const { id: workerId } = await hire(ledger)
  return startAttempt(ledger.context, { taskId, workerId, requestId: freshId('request') })
}

forEachDialect('a task whose holder is late', (open) => {
  it('can be taken by name when the sweeper was at work, swept or not', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await pass(ledger, 30_000)
    expect(await take(ledger, ref)).toMatchObject({ attempt: 2 })
  })

  it('cannot be taken after an outage of the ledger before the sweep that forgives it', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await tick(ledger.context, { sweepMs: 1000 })
    ledger.clock.advance(600_000)
    expect(await codeOf(take(ledger, ref))).toBe('lease_conflict')
    await sweep(ledger)
    expect(await codeOf(take(ledger, ref))).toBe('lease_conflict')
    const held = [{ taskId: ref.taskId, attempt: 1 }]
    const answer = await heartbeat(ledger.context, { workerId: ref.workerId, held })
    expect(answer.held).toMatchObject([{ verdict: 'held' }])
    expect((await getTask(ledger.context, ref)).task).toMatchObject({ status: 'running', attempt: 1 })
  })

  it('can be taken after an outage from a worker that is known to be dead', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await tick(ledger.context, { sweepMs: 1000 })
    await ledger.sql(`UPDATE workers SET state = 'dead', death_kind = 'declared', ended_at = 1`)
    ledger.clock.advance(600_000)
    expect(await take(ledger, ref)).toMatchObject({ attempt: 2 })
    const other = await begin(ledger)
    await declareDead(ledger.context, { workerId: other.worker.id })
    expect((await getTask(ledger.context, other.ref)).task.status).toBe('interrupted')
  })
})
