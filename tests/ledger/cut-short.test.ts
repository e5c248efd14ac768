/** What an incident tells of the work that stood unfinished when its workers ended. */
import { expect, it } from 'vitest'
import {
  adoptReport,
  declareDead,
  finishAttempt,
  listIncidents,
  reportProgress,
  saveCheckpoint,
} from '#lib/ledger/index.ts'
import { begin, codeOf, pass, reportOf, startedBy, sweep } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

const WORKED_MS = 20_000

/** A task whose worker is declared dead 10 s after it was last heard of. */
async function cutShort(ledger: Ledger, { costUsd, ...changes }: { costUsd?: number; strategy?: string } = {}) {
  const { ref } = await begin(ledger, changes)
  await pass(ledger, WORKED_MS)
  await reportProgress(ledger.context, { ...ref, phase: 'editing', ...(costUsd === undefined ? {} : { costUsd }) })
  return ref
}

async function die(ledger: Ledger, { workerId }: { workerId: string }) {
  await pass(ledger, 10_000)
  await declareDead(ledger.context, { workerId, reason: 'it burnt' })
  await pass(ledger, 10_000)
  await sweep(ledger)
}

const told = async ({ context }: Ledger) => (await listIncidents(context, {})).incidents.map((each) => each.cutShort)

forEachDialect('the work that an incident cut short', (open) => {
  it('is the time until its workers were last heard of, and what they had reported to cost', async () => {
    const ledger = await open()
    await die(ledger, await cutShort(ledger, { costUsd: 1.25 }))
    expect(await told(ledger)).toEqual([{ attempts: 1, workedMs: WORKED_MS, costUsd: 1.25, costUnknown: 0, kept: 0 }])
  })

  it('says of how much no cost is known', async () => {
    const ledger = await open()
    await die(ledger, await cutShort(ledger))
    expect(await told(ledger)).toMatchObject([{ attempts: 1, costUsd: null, costUnknown: 1 }])
  })

  it('is not lost when the next attempt goes on from where it was', async () => {
    const ledger = await open()
    const ref = await cutShort(ledger, { strategy: 'resume-from-checkpoint' })
    await saveCheckpoint(ledger.context, { ...ref, turn: 3, state: { files: 2 } })
    await die(ledger, ref)
    expect(await told(ledger)).toMatchObject([{ attempts: 1, kept: 0 }])
    await startedBy(ledger, ref.taskId)
    expect(await told(ledger)).toMatchObject([{ attempts: 1, kept: 1 }])
  })

  it('is not lost when what it reported too late is adopted', async () => {
    const ledger = await open()
    const ref = await cutShort(ledger)
    await die(ledger, ref)
    await startedBy(ledger, ref.taskId)
    expect(await codeOf(finishAttempt(ledger.context, reportOf(ref, { messageId: 'late' })))).toBe('fence_rejected')
    expect(await told(ledger)).toMatchObject([{ attempts: 1, kept: 0 }])
    await adoptReport(ledger.context, { taskId: ref.taskId, reportId: 'late', reason: 'its work was done' })
    expect(await told(ledger)).toMatchObject([{ attempts: 1, kept: 1 }])
  })
})
