import { expect, it } from 'vitest'
import { createTask, readThroughput } from '#lib/ledger/index.ts'
import { rollUp } from '#lib/ledger/recovery/roll-up.ts'
import { eventually } from '../support/eventually.ts'
import { begin, finish, pass, sweep, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** On PostgreSQL an event is settled once no transaction of the whole server is older, be it in another database. */
async function countAll(ledger: Ledger): Promise<void> {
  await eventually('all of the history is counted', async () => {
    await rollUp(ledger.context, null)
    return (await uncounted(ledger)) === 0
  })
}

async function uncounted(ledger: Ledger): Promise<number> {
  const [cursor] = await rowsOf(ledger, 'rollup_cursor')
  const place = (transaction: unknown, id: unknown) => Number(transaction ?? 0) * 1e6 + Number(id)
  const counted = place(cursor?.transaction_id, cursor?.event_id)
  const events = await rowsOf(ledger, 'task_events')
  return events.filter(({ transaction_id, id }) => place(transaction_id, id) > counted).length
}

forEachDialect('throughput', (open) => {
  it('counts what was put on record and what it came to, in the minute in which it happened', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await createTask(ledger.context, taskOf())
    ledger.clock.advance(2 * MINUTE_MS)
    await finish(ledger, ref)
    const lost = await begin(ledger, { maxRetries: 0 })
    await finish(ledger, lost.ref, { outcome: 'failed', error: { class: 'Timeout', message: 'too late' } })
    await countAll(ledger)
    const { spans, totals, spanMs, until, since } = await readThroughput(ledger.context, {})
    expect(totals).toMatchObject({ created: 3, success: 1, failed: 1, interrupted: 0 })
    expect(spanMs).toBe(MINUTE_MS)
    expect(Date.parse(until) - Date.parse(since)).toBe(HOUR_MS)
    expect(spans).toHaveLength(60)
    const told = spans.flatMap(({ at, counts }) => (counts.created ? [[at, counts.created, counts.success]] : []))
    expect(told).toEqual([
      [spans.at(-3)?.at, 2, 0],
      [spans.at(-1)?.at, 1, 1],
    ])
  })

  it('counts an interruption', async () => {
    const ledger = await open()
    await begin(ledger)
    await pass(ledger, 31_000)
    await sweep(ledger)
    await countAll(ledger)
    expect((await readThroughput(ledger.context, {})).totals).toMatchObject({ created: 1, interrupted: 1 })
  })

  it('counts each event once, however often and by however many it is counted', async () => {
    const ledger = await open()
    const other = ledger.contextOf({ db: await ledger.another() })
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([
        begin(ledger).then(({ ref }) => finish(ledger, ref)),
        rollUp(ledger.context, null),
        rollUp(other, null),
      ])
    }
    await Promise.all([countAll(ledger), rollUp(other, null)])
    for (const window of ['1h', '24h', '7d'] as const) {
      expect((await readThroughput(ledger.context, { window })).totals).toMatchObject({ created: 5, success: 5 })
    }
  })

  it('tells a day from minutes and a week from hours, and forgets the minutes of yesterday', async () => {
    const ledger = await open()
    await createTask(ledger.context, taskOf())
    await countAll(ledger)
    ledger.clock.advance(26 * HOUR_MS)
    await createTask(ledger.context, taskOf())
    await countAll(ledger)
    expect((await readThroughput(ledger.context, { window: '24h' })).totals.created).toBe(1)
    expect((await readThroughput(ledger.context, { window: '7d' })).totals.created).toBe(2)
    const minutes = (await rowsOf(ledger, 'rollups')).filter(({ span_ms }) => Number(span_ms) === MINUTE_MS)
    expect(minutes).toHaveLength(1)
  })
})
