/**
 * The durable queue of deliveries. Invariant: a delivery is taken by one server at a time, and its end is written only
 * by who took it last; one that was taken and never ended is taken again. So each is sent at least once, or is dead.
 */
import { v7 } from 'uuid'
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Transaction } from '#lib/db/types.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { decodeCursor, encodeCursor, pageOf } from '#lib/ledger/core/cursor.ts'
import { done, operation, refused } from '#lib/ledger/core/operation.ts'
import { instant } from '#lib/ledger/core/rows.ts'
import { LIMITS } from '#lib/task/schema.ts'
import { backoffMs } from '#lib/task/strategies.ts'
import type { Alert, ListDeliveries, OneWebhook, RedeliverWebhook, WebhookDelivery } from '#lib/task/webhook.ts'
import type { Answer } from './post.ts'
import { toDelivery } from './rows.ts'

export interface NewDelivery {
  readonly webhookId: string
  readonly type: WebhookDelivery['type']
  /** What makes it the same alert, whichever server noticed it. */
  readonly key: string
  readonly alert: Alert
}

const insertDeliveries = statement(
  'insertDeliveries',
  (d) => `INSERT INTO webhook_deliveries (id, webhook_id, event_key, event_type, data, next_at, created_at)
    SELECT c.id, c.webhook_id, c.event_key, c.event_type, c.body, c.at, c.at
    FROM ${d.rows('id text, webhook_id text, event_key text, event_type text, body text, at bigint')}
      JOIN webhooks AS w ON w.id = c.webhook_id WHERE true
    ON CONFLICT (webhook_id, event_key) DO NOTHING RETURNING *`,
)

export function* enqueue({ now }: Transaction, deliveries: readonly NewDelivery[]): Plan<WebhookDelivery[]> {
  const rows = yield* run(
    insertDeliveries,
    deliveries.map(({ webhookId, type, key, alert }) => ({
      ...{ id: v7(), webhook_id: webhookId, event_key: key, event_type: type, body: JSON.stringify(alert), at: now },
    })),
  )
  return rows.map(toDelivery)
}

/** Something to look at, for one webhook only, by the same way as an alert. */
export const testWebhook = operation<OneWebhook, WebhookDelivery>(
  'testWebhook',
  ({ webhookId }) => webhookId,
  function* (transaction, requests) {
    const made = yield* enqueue(
      transaction,
      requests.map(({ context: { actor }, command: { webhookId } }) => ({
        ...{ webhookId, type: 'test', key: `test:${v7()}` },
        alert: {
          ...{
            title: 'A test of Rollcall',
            detail: `sent by ${actor.name}`,
            taskId: null,
            incidentId: null,
            path: '/',
          },
          at: instant(transaction.now),
        },
      })),
    )
    return requests.map(({ command: { webhookId } }) => {
      const delivery = made.find((each) => each.webhookId === webhookId)
      return delivery ? done(delivery) : refused('not_found', `no webhook has the id ${webhookId}`, { webhookId })
    })
  },
)

const copyDeliveries = statement(
  'copyDeliveries',
  (d) => `INSERT INTO webhook_deliveries (id, webhook_id, event_key, event_type, data, next_at, created_at)
    SELECT c.new_id, o.webhook_id, c.event_key, o.event_type, o.data, c.at, c.at
    FROM ${d.rows('new_id text, id text, webhook_id text, event_key text, at bigint')}
      JOIN webhook_deliveries AS o ON o.id = c.id AND o.webhook_id = c.webhook_id WHERE true RETURNING *`,
)

/** The same alert again, as a delivery of its own: what became of the first one stays on record. */
export const redeliverWebhook = operation<RedeliverWebhook, WebhookDelivery>(
  'redeliverWebhook',
  ({ deliveryId }) => deliveryId,
  function* ({ now }, requests) {
    const inputs = requests.map(({ command: { webhookId, deliveryId } }) => {
      const id = v7()
      return { new_id: id, id: deliveryId, webhook_id: webhookId, event_key: `again:${id}`, at: now }
    })
    const made = (yield* run(copyDeliveries, inputs)).map(toDelivery)
    return requests.map(({ command: { deliveryId } }, index) => {
      const delivery = made.find(({ id }) => id === inputs[index]?.new_id)
      if (delivery) return done(delivery)
      return refused('not_found', `no delivery of this webhook has the id ${deliveryId}`, { deliveryId })
    })
  },
)

const lockDue = statement(
  'lockDueDeliveries',
  (d) => `SELECT t.*, w.kind, w.url, w.secret, w.former_secret, w.former_until
    FROM ${d.rows('max integer')} JOIN webhook_deliveries AS t
        ON t.status = 'pending' AND t.next_at <= ${d.now} AND t.taken_until <= ${d.now}
      JOIN webhooks AS w ON w.id = t.webhook_id AND w.enabled
    ORDER BY t.next_at LIMIT ${d.scalar(0, 'integer')} ${d.lockSkipping}`,
)
const markTaken = statement(
  'markDeliveriesTaken',
  (d) => `UPDATE webhook_deliveries AS x SET taken_until = c.until_at, tries = x.tries + 1
    FROM ${d.rows('id text, until_at bigint')} WHERE x.id = c.id AND x.status = 'pending'`,
)

export interface Order {
  readonly delivery: WebhookDelivery
  readonly kind: string
  readonly url: string
  /** The current one first. None for what is not signed. */
  readonly secrets: readonly string[]
}

/** Takes what is due, for as long as a try may last and some more. */
export const takeDeliveries = operation<{ readonly max: number }, Order[]>(
  'takeDeliveries',
  () => '',
  function* ({ now }, [request]) {
    if (!request) return []
    const { timeoutMs } = request.context.policy.settings.webhooks
    const rows = yield* run(lockDue, [{ max: request.command.max }])
    yield* run(
      markTaken,
      rows.map(({ id }) => ({ id, until_at: now + 3 * timeoutMs })),
    )
    const orders = rows.map((row) => {
      const former = Number(row.former_until ?? 0) > now ? [row.former_secret] : []
      const secrets = [row.secret, ...former].filter((secret) => typeof secret === 'string')
      const delivery = toDelivery({ ...row, tries: Number(row.tries) + 1 })
      return { delivery, kind: String(row.kind), url: String(row.url), secrets }
    })
    return [done(orders)]
  },
)

export interface Tried {
  readonly delivery: WebhookDelivery
  readonly answer: Answer
  readonly durationMs: number
}

const endTries = statement(
  'endDeliveryTries',
  (d) => `UPDATE webhook_deliveries AS x SET status = c.status, next_at = c.next_at, taken_until = 0, tried_at = c.at,
      duration_ms = c.duration_ms, response_status = c.response_status, response = c.response
    FROM ${d.rows(`id text, tries integer, status text, next_at bigint, at bigint, duration_ms integer,
      response_status integer, response text`)}
    WHERE x.id = c.id AND x.tries = c.tries AND x.status = 'pending'`,
)

/** Any 2xx is yes. Anything else is tried again, later each time, until there were enough tries. */
export const endTry = operation<Tried, null>(
  'endDeliveryTry',
  ({ delivery }) => delivery.id,
  function* ({ now }, requests) {
    yield* run(
      endTries,
      requests.map(({ context, command: { delivery, answer, durationMs } }) => {
        const { triesMax, backoffMs: firstMs } = context.policy.settings.webhooks
        const { id, tries } = delivery
        const isDone = answer.status !== null && answer.status >= 200 && answer.status < 300
        return {
          ...{ id, tries, at: now, duration_ms: Math.round(durationMs), response_status: answer.status },
          status: isDone ? 'delivered' : tries >= triesMax ? 'dead' : 'pending',
          next_at: now + backoffMs(firstMs, tries, id),
          response: answer.text.slice(0, 500),
        }
      }),
    )
    return requests.map(() => done(null))
  },
)

const deleteOld = statement(
  'deleteOldDeliveries',
  (d) => `DELETE FROM webhook_deliveries WHERE id IN (SELECT o.id FROM ${d.rows('before bigint')}
    JOIN webhook_deliveries AS o ON o.created_at < c.before AND o.status <> 'pending' ORDER BY o.created_at LIMIT 500)`,
)

export const forgetDeliveries = operation<{ readonly before: number }, null>(
  'forgetDeliveries',
  () => '',
  function* (_transaction, requests) {
    yield* run(
      deleteOld,
      requests.map(({ command: { before } }) => ({ before })),
    )
    return requests.map(() => done(null))
  },
)

/** Newest first. */
export async function listDeliveries(
  { db }: Pick<Context, 'db'>,
  query: ListDeliveries,
): Promise<{ deliveries: WebhookDelivery[]; nextCursor: string | null }> {
  const limit = query.limit ?? LIMITS.pageDefault
  const [at = Number.MAX_SAFE_INTEGER, id = ''] =
    query.cursor === undefined ? [] : decodeCursor('deliveries', query.cursor, ['number', 'string'])
  const rows = await db.read(
    `SELECT * FROM webhook_deliveries WHERE webhook_id = $1 AND (created_at, id) < ($2, $3)
      ORDER BY created_at DESC, id DESC LIMIT ${limit + 1}`,
    [query.webhookId, at, id],
  )
  const cursorOf = (row: (typeof rows)[number]) => encodeCursor('deliveries', [Number(row.created_at), String(row.id)])
  const page = pageOf(rows, limit, cursorOf)
  return { deliveries: page.rows.map(toDelivery), nextCursor: page.nextCursor }
}

/** What waits, and what was given up; of neither are there many. */
export async function countDeliveries({ db }: Pick<Context, 'db'>): Promise<{ status: string; count: number }[]> {
  const rows = await db.read(
    "SELECT status, COUNT(*) AS count FROM webhook_deliveries WHERE status IN ('pending','dead') GROUP BY status",
  )
  const count = (status: string) => Number(rows.find((row) => row.status === status)?.count ?? 0)
  return ['pending', 'dead'].map((status) => ({ status, count: count(status) }))
}
