import { expect, it } from 'vitest'
import { declareDead, listPauses, pauseRecovery, readHealth, unpauseRecovery } from '#lib/ledger/index.ts'
import { begin, codeOf, hire, pass, startedBy, sweep } from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'

const told = async (ledger: Ledger) =>
  (await rowsOf(ledger, 'task_events')).map(({ type }) => String(type)).filter((type) => /paused/.test(type))
const taskRow = async (ledger: Ledger) => (await rowsOf(ledger, 'task_history'))[0] ?? {}
const reason = 'the network is moved'

forEachDialect('a pause of recovery', (open) => {
  it('lets deaths be written down, and nothing be reassigned until its end, which comes by itself', async () => {
    const ledger = await open()
    const { worker } = await begin(ledger)
    await pauseRecovery(ledger.context, { reason, forMs: 60_000 })
    await declareDead(ledger.context, { workerId: worker.id, reason: 'dark' })
    expect(await taskRow(ledger)).toMatchObject({ status: 'interrupted', next_action: 'reassign' })
    await pass(ledger, 59_999)
    expect(await sweep(ledger)).toMatchObject({ reassigned: 0 })
    expect((await readHealth(ledger.context)).pause).toMatchObject({ reason, actorName: 'ada', endedAt: null })
    ledger.clock.advance(1)
    expect((await readHealth(ledger.context)).pause).toBeNull()
    expect(await sweep(ledger)).toMatchObject({ reassigned: 1 })
    expect(await told(ledger)).toEqual(['recovery.paused', 'recovery.unpaused'])
    await sweep(ledger)
    expect(await told(ledger)).toHaveLength(2)
  })

  it('seals nothing: what is past its budget waits for the end as well', async () => {
    const ledger = await open()
    const { worker, ref } = await begin(ledger, { maxInterruptions: 0 })
    const { id: pauseId } = await pauseRecovery(ledger.context, { reason, forMs: 60_000 })
    await declareDead(ledger.context, { workerId: worker.id, reason: 'dark' })
    await sweep(ledger)
    expect(await taskRow(ledger)).toMatchObject({ status: 'interrupted', next_action: 'quarantine', sealed_at: null })
    expect(await codeOf(startedBy(ledger, ref.taskId))).toBe('invalid_transition')
    await unpauseRecovery(ledger.context, { pauseId, reason: 'it is back' })
    await sweep(ledger)
    expect(await taskRow(ledger)).toMatchObject({ status: 'quarantined' })
    await checkInvariants(ledger)
  })

  it('takes the place of the one before, and each ends once', async () => {
    const ledger = await open()
    const first = await pauseRecovery(ledger.context, { reason, forMs: 60_000 })
    const second = await pauseRecovery(ledger.context, { reason: 'it takes longer', forMs: 120_000 })
    expect((await readHealth(ledger.context)).pause?.id).toBe(second.id)
    expect(await codeOf(unpauseRecovery(ledger.context, { pauseId: first.id }))).toBe('invalid_transition')
    expect(await unpauseRecovery(ledger.context, { pauseId: second.id })).toMatchObject({ endedBy: 'ada' })
    expect(await codeOf(unpauseRecovery(ledger.context, { pauseId: second.id }))).toBe('invalid_transition')
    expect(await codeOf(unpauseRecovery(ledger.context, { pauseId: 'no-pause' }))).toBe('not_found')
    expect((await listPauses(ledger.context, {})).pauses).toHaveLength(2)
  })

  it('has an end, after now and within a week', async () => {
    const ledger = await open()
    await hire(ledger)
    for (const ms of [0, 7 * 86_400_000 + 1]) {
      const until = new Date(ledger.clock() + ms).toISOString()
      expect(await codeOf(pauseRecovery(ledger.context, { reason, until }))).toBe('validation')
    }
    const until = new Date(ledger.clock() + 7 * 86_400_000).toISOString()
    expect(await pauseRecovery(ledger.context, { reason, until })).toMatchObject({ until })
  })
})
