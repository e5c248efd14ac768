/** Declares workers dead. What they hold is interrupted afterwards, by whoever sees a dead worker that is not recovered. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Transaction } from '#lib/db/types.ts'
import type { Actor } from '#lib/ledger/core/context.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import type { DeathKind } from '#lib/task/schema.ts'

export interface Burial {
  readonly workerId: string
  readonly kind: DeathKind
  readonly actor: Actor
  readonly reason?: string | undefined
  /** The heartbeat counter that was read before a probe: a worker that has beaten since is not dead. */
  readonly heartbeatCount?: number
  /** When the storm began in which it is given up: those who go down in one storm go down together. */
  readonly stormAt?: number
  /** Somebody says that its host was rebooted: that is no fault of what it held. */
  readonly rebooted?: boolean | undefined
}

// A suspicion holds only while the lease is over, and a proof only while nothing was heard since the look.
const buryRows = statement(
  'buryWorkers',
  (d) => `UPDATE workers AS w SET state = 'dead', death_kind = c.kind, reason = c.why, ended_at = ${d.now},
      storm_at = c.storm_at, rebooted = c.rebooted
    FROM ${d.rows('worker_id text, kind text, why text, beats integer, storm_at bigint, rebooted boolean')}
    WHERE w.id = c.worker_id AND w.state IN ('alive','draining')
      AND (c.beats IS NULL OR w.heartbeat_count = c.beats)
      AND (c.kind <> 'suspected' OR w.lease_expires_at <= ${d.now})
    RETURNING id, name, death_kind, reason, last_heartbeat_at`,
)

/** Answers the ids of those that are dead by this. */
export function* buryWorkers(transaction: Transaction, burials: readonly Burial[]): Plan<string[]> {
  const rows = yield* run(
    buryRows,
    burials.map(({ workerId, kind, reason, heartbeatCount, stormAt, rebooted }) => ({
      worker_id: workerId,
      kind,
      why: reason ?? null,
      beats: heartbeatCount ?? null,
      storm_at: stormAt ?? null,
      rebooted: rebooted ?? false,
    })),
  )
  const actors = new Map(burials.map(({ workerId, actor }) => [workerId, actor]))
  yield* appendEvents(
    transaction,
    rows.flatMap((row) => {
      const actor = actors.get(row.id as string)
      if (!actor) return []
      return [
        {
          type: 'worker.died' as const,
          actor,
          workerId: row.id as string,
          reason: row.reason as string | null,
          data: { name: row.name, kind: row.death_kind, lastHeartbeatAt: row.last_heartbeat_at },
        },
      ]
    }),
  )
  return rows.map((row) => row.id as string)
}
