import { expect, it } from 'vitest'
import { cancelTask, linkSession, type RecoverOptions, recover, startAttempt } from '#lib/ledger/index.ts'
import { begin, finish, freshId, hire, pass, sweep } from '../support/factories.ts'
import { forEachDialect, type Ledger, snapshot, TABLES } from '../support/ledger.ts'

const HERE = { bootId: 'boot-1', pidNamespace: 'pid:[1]' }
const host = { ...HERE, isGone: () => true }

const byHand = ({ context }: Ledger, options: Partial<RecoverOptions> = {}) =>
  recover(context, { trigger: 'manual', sweepMs: 1000, host, ...options })

/** Everything that a death can come to: interrupted, to be cancelled, quarantined; suspected, proven. */
async function disaster(ledger: Ledger): Promise<void> {
  const doomed = await hire(ledger)
  const { ref } = await begin(ledger, { repo: 'acme/api', issueNumber: 7, agent: 'coder' }, doomed)
  await linkSession(ledger.context, { ...ref, sessionId: freshId('session') })
  const cancelled = await begin(ledger, {}, doomed)
  await cancelTask(ledger.context, { taskId: cancelled.task.id, reason: 'not wanted' })
  await begin(ledger, { maxInterruptions: 0 }, doomed)
  await pass(ledger, 30_000)
  await begin(ledger, {}, await hire(ledger, { ...HERE, processStartedAt: '1' }))
  await begin(ledger)
}

forEachDialect('a dry run', (open) => {
  it('tells what the real one then does, hint for hint', async () => {
    const ledger = await open()
    await disaster(ledger)
    const rehearsed = await byHand(ledger, { dryRun: true })
    const done = await byHand(ledger)
    expect(rehearsed).toMatchObject({ dryRun: true, workersDead: 2, interrupted: 3, quarantined: 1, errors: [] })
    expect(rehearsed.hints).toHaveLength(4)
    expect({ ...rehearsed, id: '', dryRun: false }).toEqual({ ...done, id: '' })
  })

  it('changes no row of any table', async () => {
    const ledger = await open()
    await disaster(ledger)
    const before = await snapshot(ledger, TABLES)
    await byHand(ledger, { dryRun: true })
    expect(await snapshot(ledger, TABLES)).toEqual(before)
    await byHand(ledger, { dryRun: true })
    expect(await snapshot(ledger, TABLES)).toEqual(before)
  })

  it('finds nothing where nobody died, and prints no hints', async () => {
    const ledger = await open()
    await begin(ledger)
    const printed: string[] = []
    const run = await byHand(ledger, { dryRun: true, onHint: (text) => printed.push(text) })
    expect(run).toMatchObject({ dryRun: true, workersDead: 0, interrupted: 0, hints: [] })
    await disaster(ledger)
    await byHand(ledger, { dryRun: true, onHint: (text) => printed.push(text) })
    expect(printed).toEqual([])
  })

  it('foretells no death that the amnesty after our own outage then forgives', async () => {
    const ledger = await open()
    await begin(ledger)
    await sweep(ledger)
    ledger.clock.advance(60_000)
    expect(await byHand(ledger, { dryRun: true })).toMatchObject({ workersDead: 0, interrupted: 0 })
    expect(await byHand(ledger)).toMatchObject({ workersDead: 0, interrupted: 0 })
  })

  it('counts what a dead worker left that nobody has interrupted yet', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await hire(ledger, { replaces: ref.workerId })
    expect(await byHand(ledger, { dryRun: true })).toMatchObject({ workersDead: 0, interrupted: 1 })
    await sweep(ledger)
    const next = await hire(ledger)
    await startAttempt(ledger.context, { taskId: ref.taskId, workerId: next.id, requestId: freshId('r') })
    expect(await byHand(ledger, { dryRun: true })).toMatchObject({ workersDead: 0, interrupted: 0 })
  })
})

forEachDialect('a dry run over verdicts that are due', (open) => {
  it('counts those that the real one then carries out, and leaves the others', async () => {
    const ledger = await open()
    const worker = await hire(ledger, { leaseMs: 3_600_000 })
    for (const priority of [1, 2, 3]) {
      const { ref } = await begin(ledger, { priority }, worker)
      await finish(ledger, ref, { outcome: 'failed' })
      await pass(ledger, 5_000)
    }
    const before = await snapshot(ledger, TABLES)
    expect(await byHand(ledger, { dryRun: true })).toMatchObject({ reassigned: 2, interrupted: 0 })
    expect(await snapshot(ledger, TABLES)).toEqual(before)
    expect(await byHand(ledger)).toMatchObject({ reassigned: 2, interrupted: 0 })
  })
})
