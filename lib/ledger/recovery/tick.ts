/**
 * The row that tells when the sweeper of any instance last ran. A gap in it is an outage of ours, in which no worker
 * could beat; a step back is a clock that was set. Either way every lease gets one more term before anything is swept.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Transaction } from '#lib/db/types.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { done, operation, type Request } from '#lib/ledger/core/operation.ts'

export interface Tick {
  readonly sweepMs: number
  /** Whether this instance has just come: a gap then is no busy machine. */
  readonly atBoot?: boolean
}

export interface Amnesty {
  /** How long nobody swept; negative when the clock went back. Null when all is well. */
  readonly gapMs: number | null
}

/**
 * Three missed sweeps and two seconds: less happens on any busy machine. At boot two sweeps are enough, or the shortest
 * lease could run out in an outage that counts as none.
 */
export function isOutage(gapMs: number, sweepMs: number, atBoot = false): boolean {
  return gapMs < 0 || gapMs > (atBoot ? 2 * sweepMs : 3 * sweepMs + 2000)
}

const lockClock = statement(
  'lockClock',
  (d) => `SELECT t.swept_at FROM ${d.rows('id integer')} JOIN ledger_clock AS t ON t.id = c.id ${d.lock}`,
)
const startClock = statement(
  'startClock',
  (d) => `INSERT INTO ledger_clock (id, swept_at) SELECT c.id, ${d.now} FROM ${d.rows('id integer')} WHERE true
    ON CONFLICT (id) DO NOTHING`,
)
const setClock = statement(
  'setClock',
  (d) => `UPDATE ledger_clock AS t SET swept_at = c.now FROM ${d.rows('id integer, expected bigint, now bigint')}
    WHERE t.id = c.id AND t.swept_at = c.expected`,
)
const setAmnesty = statement(
  'setAmnesty',
  (d) => `UPDATE ledger_clock AS t SET amnesty_at = c.now FROM ${d.rows('id integer, now bigint')} WHERE t.id = c.id`,
)
const extendLeases = statement(
  'extendLeases',
  (d) => `UPDATE workers AS w SET lease_expires_at = ${d.greatest('w.lease_expires_at', 'c.now')} + w.lease_ms
    FROM ${d.rows('now bigint')} WHERE w.state IN ('alive','draining') RETURNING id`,
)

/** Between the batches of a long pass: the sweeper is at work, and what takes long is no outage. */
export const keepTime = operation<null, null>(
  'keepTime',
  () => '',
  function* (transaction) {
    const [row] = yield* run(lockClock, [{ id: 1 }])
    const expected = Number(row?.swept_at ?? transaction.now)
    if (transaction.now > expected) yield* run(setClock, [{ id: 1, expected, now: transaction.now }])
    return [done(null)]
  },
)

export const tick = operation<Tick, Amnesty>(
  'tick',
  () => '',
  function* (transaction, [request]) {
    return request ? [done(yield* tickNow(transaction, request))] : []
  },
)

export function* tickNow(transaction: Transaction, { context, command }: Request<Tick>): Plan<Amnesty> {
  yield* run(startClock, [{ id: 1 }])
  const [row] = yield* run(lockClock, [{ id: 1 }])
  const expected = Number(row?.swept_at ?? transaction.now)
  // Another instance may have ticked a moment after this transaction began: that is no step back.
  const gapMs = transaction.now - expected
  const { sweepMs, atBoot } = command
  const outage = isOutage(Math.abs(gapMs) < sweepMs ? Math.max(0, gapMs) : gapMs, sweepMs, atBoot)
  if (gapMs > 0 || outage) yield* run(setClock, [{ id: 1, expected, now: transaction.now }])
  if (!outage) return { gapMs: null }
  yield* run(setAmnesty, [{ id: 1, now: transaction.now }])
  const extended = yield* run(extendLeases, [{ now: transaction.now }])
  if (extended.length > 0) {
    yield* appendEvents(transaction, [
      { type: 'recovery.amnesty', actor: context.actor, data: { gapMs, leases: extended.length } },
    ])
  }
  return { gapMs }
}
