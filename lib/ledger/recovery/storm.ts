/**
 * A storm blows while at least three workers, and more than half of all, are silent together: more likely the network
 * than that many deaths. Suspected deaths then wait one more lease and go one worker at a time; a death that is proven,
 * declared or replaced goes at once. The state is one row, which every instance locks before it judges.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Transaction } from '#lib/db/types.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { instant } from '#lib/ledger/core/rows.ts'
import type { Storm } from '#lib/task/schema.ts'
import { type Burial, buryWorkers } from './bury.ts'

const STORM_WORKERS_MIN = 3

export interface RecoveryState {
  readonly storm_at: number | null
  readonly storm_paced_at: number | null
}

const startState = statement(
  'startRecoveryState',
  (d) =>
    `INSERT INTO recovery_state (id) SELECT c.id FROM ${d.rows('id integer')} WHERE true ON CONFLICT (id) DO NOTHING`,
)
const lockState = statement(
  'lockRecoveryState',
  (d) =>
    `SELECT t.storm_at, t.storm_paced_at FROM ${d.rows('id integer')} JOIN recovery_state AS t ON t.id = c.id ${d.lock}`,
)
const setState = statement(
  'setRecoveryState',
  (d) => `UPDATE recovery_state AS t SET storm_at = c.storm_at, storm_paced_at = c.paced_at
    FROM ${d.rows('id integer, storm_at bigint, paced_at bigint')} WHERE t.id = c.id`,
)

/** Whoever judges ends or gives workers up holds this until its commit, so that no two judge by half of what happened. */
export function* lockRecoveryState(): Plan<RecoveryState> {
  yield* run(startState, [{ id: 1 }])
  const [row] = yield* run(lockState, [{ id: 1 }])
  const number = (value: unknown) => (value === null || value === undefined ? null : Number(value))
  return { storm_at: number(row?.storm_at), storm_paced_at: number(row?.storm_paced_at) }
}

const countWorkers = statement(
  'countWorkers',
  (
    d,
  ) => `SELECT COUNT(*) AS live, COALESCE(SUM(CASE WHEN w.lease_expires_at <= ${d.now} THEN 1 ELSE 0 END), 0) AS expired
    FROM workers AS w WHERE w.state IN ('alive','draining')`,
)

const readOutwaited = statement(
  'readOutwaited',
  (d) => `SELECT w.id FROM ${d.rows('worker_id text')} JOIN workers AS w ON w.id = c.worker_id
    WHERE w.lease_expires_at + w.lease_ms <= ${d.now} ORDER BY w.lease_expires_at, w.id LIMIT 1`,
)

export interface Buried {
  readonly workerIds: readonly string[]
  /** Workers whose lease is over and that the storm keeps from being given up yet. */
  readonly waiting: number
}

/** Gives up those that are dead beyond doubt, and of those that are only silent as many as the weather allows. */
export function* buryByWeather(
  transaction: Transaction,
  { actor, policy }: Pick<Context, 'actor' | 'policy'>,
  burials: readonly Burial[],
): Plan<Buried> {
  const state = yield* lockRecoveryState()
  const certain = yield* buryWorkers(
    transaction,
    burials.filter(({ kind }) => kind !== 'suspected'),
  )
  const [counted] = yield* run(countWorkers, [{}])
  const [live, expired] = [Number(counted?.live ?? 0), Number(counted?.expired ?? 0)]
  const suspected = burials.filter(({ kind }) => kind === 'suspected')
  const stormAt = state.storm_at ?? (expired >= STORM_WORKERS_MIN && expired * 2 > live ? transaction.now : null)
  if (stormAt === null) return { workerIds: [...certain, ...(yield* buryWorkers(transaction, suspected))], waiting: 0 }
  if (state.storm_at === null) {
    const reason = `${expired} of ${live} workers fell silent together`
    yield* appendEvents(transaction, [{ type: 'recovery.storm_began', actor, reason, data: { expired, live } }])
  }
  const due = (state.storm_paced_at ?? Number.NEGATIVE_INFINITY) + policy.settings.stormPaceMs <= transaction.now
  const [next] = due
    ? yield* run(
        readOutwaited,
        suspected.map(({ workerId }) => ({ worker_id: workerId })),
      )
    : []
  const chosen = suspected.filter(({ workerId }) => workerId === next?.id).map((burial) => ({ ...burial, stormAt }))
  const given = yield* buryWorkers(transaction, chosen)
  const waiting = expired - given.length
  const pacedAt = given.length > 0 ? transaction.now : state.storm_paced_at
  yield* run(setState, [{ id: 1, storm_at: waiting > 0 ? stormAt : null, paced_at: waiting > 0 ? pacedAt : null }])
  if (waiting === 0) {
    const reason = 'every worker has answered or was given up'
    yield* appendEvents(transaction, [{ type: 'recovery.storm_ended', actor, reason }])
  }
  return { workerIds: [...certain, ...given], waiting }
}

/** The storm that blows now, if one does. */
export async function currentStorm({ db }: Pick<Context, 'db'>, now: number): Promise<Storm | null> {
  const [row] = await db.read('SELECT storm_at FROM recovery_state WHERE id = 1 AND storm_at IS NOT NULL')
  if (!row) return null
  const [counted] = await db.read(
    "SELECT COUNT(*) AS waiting FROM workers WHERE state IN ('alive','draining') AND lease_expires_at <= $1",
    [now],
  )
  return { since: instant(row.storm_at), waiting: Number(counted?.waiting) }
}
