/** What operations decide by: each statement finds the one row that it is asked for, and nothing when anything differs. */
import { expect, it } from 'vitest'
import '#lib/ledger/index.ts'
import type { Input } from '#lib/db/types.ts'
import { runAlone } from '../support/alone.ts'
import { seedCrowd } from '../support/crowd.ts'
import { forEachDialect, rowsOf } from '../support/ledger.ts'

const ATTEMPT = { task_id: 'crowd-again', attempt: 2 }

/** Each finds one row of the crowd, by all of these columns together. */
const FINDS: Readonly<Record<string, Input>> = {
  lockTasks: { task_id: 'crowd-again' },
  readTasks: { task_id: 'crowd-again' },
  lookAtWorkers: { worker_id: 'crowd-worker' },
  readWorkers: { worker_id: 'crowd-worker' },
  readWorkerFacts: { worker_id: 'crowd-worker' },
  readRequested: { task_id: 'crowd-again', worker_id: 'crowd-worker', request_id: 'crowd-again-2-request' },
  readAnswered: { worker_id: 'crowd-worker', request_id: 'crowd-again-2-request' },
  readReported: ATTEMPT,
  readLastAttempts: ATTEMPT,
  readCompensations: { task_id: 'crowd-again' },
  readSavedCheckpoints: { ...ATTEMPT, turn: 1 },
}

forEachDialect('a read by itself', (open) => {
  it.each(Object.entries(FINDS))('of %s finds the one that it is asked for, and no other', async (name, right) => {
    const ledger = await open()
    await seedCrowd(ledger.sql)
    expect(await runAlone(ledger, name, right)).toHaveLength(1)
    for (const [column, value] of Object.entries(right)) {
      const wrong = { ...right, [column]: typeof value === 'number' ? 77 : 'nobody' }
      expect([column, await runAlone(ledger, name, wrong)]).toEqual([column, []])
    }
  })

  it('of readReported tells of a late report by its task, its attempt and its id', async () => {
    const ledger = await open()
    await seedCrowd(ledger.sql)
    const reportOf = async (input: Input) => (await runAlone(ledger, 'readReported', input))[0]?.report_id
    expect(await reportOf({ task_id: 'crowd-both', attempt: 1, message_id: 'crowd-both-1-late' })).toBe(
      'crowd-both-1-late',
    )
    expect(await reportOf({ task_id: 'crowd-both', attempt: 2, message_id: 'crowd-both-1-late' })).toBeNull()
    expect(await reportOf({ task_id: 'crowd-sealed', attempt: 1, message_id: 'crowd-both-1-late' })).toBeNull()
    expect(await reportOf({ task_id: 'crowd-both', attempt: 1, message_id: 'another' })).toBeNull()
  })

  it.each(['restoreLeases', 'renewLeases'])('of %s is a write to one worker, who lives', async (name) => {
    const ledger = await open()
    await seedCrowd(ledger.sql)
    const beats = async () =>
      (await rowsOf(ledger, 'workers')).filter(({ heartbeat_count }) => heartbeat_count === 1).map(({ id }) => id)
    await runAlone(ledger, name, { worker_id: 'nobody' })
    await runAlone(ledger, name, { worker_id: 'crowd-dead' })
    expect(await beats()).toEqual([])
    await runAlone(ledger, name, { worker_id: 'crowd-worker' })
    expect(await beats()).toEqual(['crowd-worker'])
  })
})
