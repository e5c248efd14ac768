import { afterEach, expect, it } from 'vitest'
import type { Database } from '#lib/db/types.ts'
import { type Sweeper, startSweeper } from '#lib/ledger/index.ts'
import { eventually } from '../support/eventually.ts'
import { begin, hire, pass, sweep } from '../support/factories.ts'
import { forEachDialect, rowsOf } from '../support/ledger.ts'

const OFTEN_MS = 10
let sweeper: Sweeper | undefined

afterEach(() => sweeper?.stop())

/** The same database, whose reads are counted, and fail while they are told to. */
function watched(db: Database) {
  const state = { away: false, underWay: 0, most: 0, passes: 0 }
  const read: Database['read'] = async (text, parameters) => {
    // The one read that begins each pass' search.
    const first = /lease_expires_at <=/.test(text)
    if (state.away) throw new Error('the database is away')
    if (first) state.passes += 1
    state.underWay += first ? 1 : 0
    state.most = Math.max(state.most, state.underWay)
    const rows = await db.read(text, parameters)
    if (first) setImmediate(() => (state.underWay -= 1))
    return rows
  }
  return { db: { ...db, read }, state }
}

forEachDialect('the sweeper', (open) => {
  it('recovers what lapsed without a restart, and leaves what lives', async () => {
    const ledger = await open()
    await begin(ledger)
    await pass(ledger, 30_000)
    const { task } = await begin(ledger)
    sweeper = startSweeper(ledger.context, { sweepMs: OFTEN_MS }, (error) => expect.unreachable(String(error)))
    const interrupted = () => ledger.sql("SELECT id FROM task_history WHERE status = 'interrupted'")
    await eventually('the silent one is interrupted', async () => (await interrupted()).length === 1)
    await sweeper.stop()
    expect((await interrupted()).map((row) => row.id)).not.toContain(task.id)
  })

  it('outlives a pass that throws, and tells of it once an outage', async () => {
    const ledger = await open()
    await begin(ledger)
    await pass(ledger, 30_000)
    const { db, state } = watched(ledger.db)
    const errors: unknown[] = []
    state.away = true
    sweeper = startSweeper(ledger.contextOf({ db }), { sweepMs: OFTEN_MS }, (error) => errors.push(error))
    await eventually('the first failure', () => errors.length === 1)
    await eventually('some more passes', async () => {
      const [row] = await rowsOf(ledger, 'ledger_clock')
      return row && errors.length === 1
    })
    state.away = false
    await eventually('it recovers by itself', async () => (await rowsOf(ledger, 'recovery_runs')).length === 1)
    state.away = true
    await eventually('the second failure', () => errors.length === 2)
    expect(errors).toHaveLength(2)
  })

  it('makes one pass at a time, also when it is woken', async () => {
    const ledger = await open()
    await hire(ledger)
    const { db, state } = watched(ledger.db)
    sweeper = startSweeper(ledger.contextOf({ db }), { sweepMs: 60_000 }, () => {})
    for (let wakes = 0; wakes < 20; wakes += 1) {
      sweeper.wake()
      await new Promise(setImmediate)
    }
    await eventually('it was woken', () => state.passes >= 1)
    await sweeper.stop()
    expect(state.most).toBe(1)
  })

  it('makes one more pass when it is woken while one is ending', async () => {
    const ledger = await open()
    let passes = 0
    // A pass of which nothing is left but its end, when it is asked for the next one.
    const now: Database['now'] = async () => {
      passes += 1
      if (passes === 1) sweeper?.wake()
      throw new Error('the database is away')
    }
    sweeper = startSweeper(ledger.contextOf({ db: { ...ledger.db, now } }), { sweepMs: 60_000 }, () => {})
    sweeper.wake()
    await eventually('the second pass', () => passes === 2)
  })

  it('sweeps no more once it is stopped, and ends the pass under way', async () => {
    const ledger = await open()
    const { db, state } = watched(ledger.db)
    sweeper = startSweeper(ledger.contextOf({ db }), { sweepMs: OFTEN_MS }, () => {})
    await eventually('a pass', () => state.passes > 0)
    await sweeper.stop()
    const { passes } = state
    sweeper.wake()
    await sweep(ledger)
    expect(state.passes).toBe(passes)
  })
})
