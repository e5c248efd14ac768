/** What happened since a place in the history, counted: for those who watch the ledger and keep no history themselves. */

import type { Context } from '#lib/ledger/core/context.ts'
import type { EventType } from '#lib/task/schema.ts'

export interface Activity {
  /** Where the next look goes on. */
  readonly cursor: ActivityCursor
  readonly counts: readonly ActivityCount[]
  /** From the last heartbeat of each worker that died to the moment at which that was noticed. */
  readonly detectionsMs: readonly number[]
}

export type ActivityCursor = readonly [number, number]

export interface ActivityCount {
  readonly type: EventType
  /** The outcome of a finish, the cause of an interruption, the kind of a death. */
  readonly detail: string | null
  readonly count: number
}

/** Counted by one statement; a longer absence takes several. */
const PAGE = 20_000

/** The place from which everything is still to come. */
export async function activityFromNow({ db }: Pick<Context, 'db'>): Promise<ActivityCursor> {
  const [row] = await db.read(db.dialect.eventsEnd)
  return [Number(row?.transaction_id ?? 0), Number(row?.id ?? 0)]
}

export async function readActivity({ db }: Pick<Context, 'db'>, from: ActivityCursor): Promise<Activity> {
  const { dialect } = db
  const detail = ['outcome', 'cause', 'kind'].map((key) => dialect.text('e.data', `'${key}'`)).join(', ')
  const lastHeartbeatAt = `CAST(${dialect.text('e.data', "'lastHeartbeatAt'")} AS BIGINT)`
  const page = `SELECT * FROM task_events WHERE ${dialect.eventsAfter('$1', '$2')} ORDER BY ${dialect.eventOrder} LIMIT ${PAGE}`
  const text = `SELECT e.type, COALESCE(${detail}) AS detail, COUNT(*) AS count, MAX(e.transaction_id) AS transaction_id,
      MAX(e.id) AS id, CASE WHEN e.type = 'worker.died' THEN e.at - ${lastHeartbeatAt} END AS detected_after
    FROM (${page}) AS e GROUP BY 1, 2, 6`
  const counts: ActivityCount[] = []
  const detectionsMs: number[] = []
  let cursor = from
  for (let counted = PAGE; counted === PAGE; ) {
    const rows = await db.readAside(text, cursor)
    counted = 0
    for (const { type, detail, count, transaction_id, id, detected_after } of rows) {
      counted += Number(count)
      counts.push({ type: type as EventType, detail: detail as string | null, count: Number(count) })
      if (detected_after !== null) detectionsMs.push(...Array<number>(Number(count)).fill(Number(detected_after)))
      cursor = [Math.max(cursor[0], Number(transaction_id)), Math.max(cursor[1], Number(id))]
    }
  }
  return { cursor, counts, detectionsMs }
}
