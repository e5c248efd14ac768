/** The only writer of history. An event is written in the transaction of the change that it tells of. */
import { run, statement } from '#lib/db/statement.ts'
import type { Dialect, Plan, Row, Transaction } from '#lib/db/types.ts'
import type { EventType } from '#lib/task/schema.ts'
import type { TaskStatus } from '#lib/task/states.ts'
import type { Actor } from './context.ts'

export interface NewEvent {
  readonly type: EventType
  readonly actor: Actor
  readonly taskId?: string | null
  readonly attempt?: number | null
  readonly workerId?: string | null
  /** The incident that it is about. What happens to one of its tasks is told by the task. */
  readonly incidentId?: string | null
  readonly fromStatus?: TaskStatus | null
  readonly toStatus?: TaskStatus | null
  readonly reason?: string | null | undefined
  readonly data?: Readonly<Record<string, unknown>>
}

const insert = (d: Dialect) =>
  `INSERT INTO task_events (type, task_id, attempt, worker_id, from_status, to_status, actor_kind, actor_name, reason, data, at, incident_id)
    SELECT c.type, c.task_id, c.attempt, c.worker_id, c.from_status, c.to_status, c.actor_kind, c.actor_name, c.reason, c.data, c.at, c.incident_id
    FROM ${d.rows(`type text, task_id text, attempt integer, worker_id text, from_status text, to_status text,
      actor_kind text, actor_name text, reason text, data json, at bigint, incident_id text`)}`

const insertEvents = statement('insertEvents', insert)

export function* appendEvents(transaction: Transaction, events: readonly NewEvent[]): Plan<void> {
  yield* run(
    insertEvents,
    events.map((event) => eventInput(transaction, event)),
  )
}

const insertNotes = statement('insertNotes', (d) => `${insert(d)} RETURNING *`)

/** As `appendEvents`, and answers the rows: a note is its event. */
export function* appendEventsReturning(transaction: Transaction, events: readonly NewEvent[]): Plan<Row[]> {
  return yield* run(
    insertNotes,
    events.map((event) => eventInput(transaction, event)),
  )
}

function eventInput(transaction: Transaction, event: NewEvent) {
  return {
    type: event.type,
    task_id: event.taskId ?? null,
    attempt: event.attempt ?? null,
    worker_id: event.workerId ?? null,
    incident_id: event.incidentId ?? null,
    from_status: event.fromStatus ?? null,
    to_status: event.toStatus ?? null,
    actor_kind: event.actor.kind,
    actor_name: event.actor.name,
    reason: event.reason ?? null,
    data: event.data ?? {},
    at: transaction.now,
  }
}
