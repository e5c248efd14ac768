/**
 * Reads the history on behalf of those who are to be told of it: webhooks, and the audit log for what the ledger does by
 * itself. Invariant: the cursor moves in the transaction that writes what was found, from where it was read: any number
 * of servers read, one of them writes, and nothing is told twice or left out.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Row } from '#lib/db/types.ts'
import { appendAudit, type NewAuditEntry } from '#lib/ledger/core/audit-append.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { done, operation } from '#lib/ledger/core/operation.ts'
import { toEvent } from '#lib/ledger/core/record-rows.ts'
import { readHealth } from '#lib/ledger/read/read.ts'
import type { EventType, TaskEvent } from '#lib/task/schema.ts'
import { ALERT_TYPES } from '#lib/task/webhook.ts'
import { alertsOf, type RaisedAlert, sweeperLate } from './alerts.ts'
import { enqueue, type NewDelivery } from './queue.ts'

const PAGE = 500
/** What the ledger does by itself that somebody may have to answer for. The rest stands in the history of the tasks. */
const OWN_ACTS = new Set<EventType>([
  'task.quarantined',
  'task.aborted',
  'incident.braked',
  'recovery.ran',
  'recovery.amnesty',
  'recovery.storm_began',
  'recovery.storm_ended',
  'ledger.pruned',
])

const TOLD = new Set<string>([...ALERT_TYPES, ...OWN_ACTS])

interface Found {
  readonly from: Place
  readonly to: Place
  readonly deliveries: readonly NewDelivery[]
  readonly entries: readonly NewAuditEntry[]
}

const startCursor = statement(
  'startAlertCursor',
  (d) => `INSERT INTO alert_cursor (id, transaction_id, event_id) SELECT 1, c.transaction_id, c.event_id
    FROM ${d.rows('transaction_id bigint, event_id bigint')} WHERE true ON CONFLICT (id) DO NOTHING`,
)
const moveCursor = statement(
  'moveAlertCursor',
  (d) => `UPDATE alert_cursor AS a SET transaction_id = c.transaction_id, event_id = c.event_id
    FROM ${d.rows('was_transaction_id bigint, was_event_id bigint, transaction_id bigint, event_id bigint')}
    WHERE a.transaction_id = c.was_transaction_id AND a.event_id = c.was_event_id RETURNING id`,
)

const start = operation<Place, null>(
  'startAlerts',
  () => '',
  function* (_transaction, [request]) {
    const [transaction_id, event_id] = request?.command ?? [0, 0]
    yield* run(startCursor, [{ transaction_id, event_id }])
    return [done(null)]
  },
)

/** Answers false when another server was quicker. */
const advance = operation<Found, boolean>(
  'followHistory',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const { from, to, deliveries, entries } = request.command
    const places = { was_transaction_id: from[0], was_event_id: from[1], transaction_id: to[0], event_id: to[1] }
    if ((yield* run(moveCursor, [places])).length === 0) return [done(false)]
    yield* enqueue(transaction, deliveries)
    yield* appendAudit(transaction, entries)
    return [done(true)]
  },
)

const raise = operation<readonly NewDelivery[], null>(
  'raiseAlerts',
  () => '',
  function* (transaction, requests) {
    yield* enqueue(
      transaction,
      requests.flatMap(({ command }) => command),
    )
    return requests.map(() => done(null))
  },
)

/** Goes on from where any server left off, to the end of what is settled. */
export async function followHistory(context: Context, sweepMs: number): Promise<void> {
  for (let more = true; more; ) more = await followPage(context)
  const { sweeper, sweptAt, serverTime } = await readHealth(context, sweepMs)
  if (sweeper === 'late') await raise(context, await addressed(context, [sweeperLate(sweptAt, serverTime)]))
}

/** To be called before the first request is served: what happens from now on is told, and nothing that was before. */
export async function startFollowing(context: Context): Promise<void> {
  const { db } = context
  if (await readCursor(context)) return
  const [end] = await db.read(db.dialect.eventsEnd)
  await start(context, [Number(end?.transaction_id ?? 0), Number(end?.id ?? 0)])
}

async function readCursor({ db }: Context): Promise<Place | null> {
  const [cursor] = await db.read('SELECT transaction_id, event_id FROM alert_cursor')
  return cursor ? [Number(cursor.transaction_id), Number(cursor.event_id)] : null
}

async function followPage(context: Context): Promise<boolean> {
  const from = await readCursor(context)
  if (!from) {
    await startFollowing(context)
    return false
  }
  const end = await settledAfter(context, from)
  if (!end) return false
  const rows = await readTold(context, from, end)
  const isWhole = rows.length < PAGE
  const events = rows.map(toEvent)
  const to = isWhole ? end : placeOf(rows.at(-1))
  const deliveries = await addressed(context, alertsOf(events))
  const advanced = await advance(context, { from, to, deliveries, entries: events.filter(isOwnAct).map(entryOf) })
  return advanced && !isWhole
}

type Place = readonly [number, number]

function placeOf(row: Row | undefined): Place {
  return [Number(row?.transaction_id ?? 0), Number(row?.id ?? 0)]
}

/** The last event that is settled; nothing will ever appear before it. */
async function settledAfter({ db }: Context, from: Place): Promise<Place | null> {
  const { eventsAfter, eventOrder } = db.dialect
  const order = eventOrder.replaceAll(',', ' DESC,')
  const [last] = await db.read(
    `SELECT transaction_id, id FROM task_events WHERE ${eventsAfter('$1', '$2')} ORDER BY ${order} DESC LIMIT 1`,
    from,
  )
  return last ? placeOf(last) : null
}

/** Of all that happened only what somebody is told of: the rest is passed over by the database. */
function readTold({ db }: Context, from: Place, to: Place): Promise<Row[]> {
  const { eventsAfter, eventOrder } = db.dialect
  const types = [...TOLD].map((type) => `'${type}'`).join(', ')
  const text = `SELECT * FROM task_events WHERE ${eventsAfter('$1', '$2')} AND (transaction_id, id) <= ($3, $4) AND type IN (${types})
    ORDER BY ${eventOrder} LIMIT ${PAGE}`
  return db.read(text, [...from, ...to])
}

/** Webhooks are read after what they are told of: one that was made before it happened is among them. */
async function addressed({ db }: Context, raised: readonly RaisedAlert[]): Promise<NewDelivery[]> {
  if (raised.length === 0) return []
  const webhooks = await db.read('SELECT id, events FROM webhooks WHERE enabled')
  return raised.flatMap((each) =>
    webhooks
      .filter(({ events }) => String(events).split(',').includes(each.type))
      .map(({ id }) => ({ ...each, webhookId: String(id) })),
  )
}

function isOwnAct({ type, actor }: TaskEvent): boolean {
  return actor.kind === 'system' && OWN_ACTS.has(type)
}

function entryOf(event: TaskEvent): NewAuditEntry {
  const { actor, type, taskId, incidentId, reason, data, fromStatus, toStatus } = event
  const target = taskId ? { kind: 'task', id: taskId } : incidentId ? { kind: 'incident', id: incidentId } : null
  const told = { ...data, ...(toStatus && { status: toStatus }) }
  return {
    ...{ actor: { ...actor, role: 'admin' as const }, via: 'system' as const, action: type, target, reason },
    change: { before: fromStatus ? { status: fromStatus } : null, after: Object.keys(told).length > 0 ? told : null },
  }
}
