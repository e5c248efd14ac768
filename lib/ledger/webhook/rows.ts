/** Webhooks and deliveries as the databases give them, and the records that leave the ledger. */
import type { Row } from '#lib/db/types.ts'
import { instant, instantOrNull } from '#lib/ledger/core/rows.ts'
import type { Webhook, WebhookDelivery } from '#lib/task/webhook.ts'

export function toWebhook(row: Row): Webhook {
  // CHECKs and their only writer guarantee the words that the casts state.
  return {
    id: row.id as string,
    name: row.name as string,
    kind: row.kind as Webhook['kind'],
    url: shownUrl(row.kind as Webhook['kind'], row.url as string),
    events: String(row.events).split(',') as Webhook['events'],
    enabled: Boolean(row.enabled),
    createdBy: row.created_by as string,
    createdAt: instant(row.created_at),
  }
}

/** Who knows the address of a Slack channel may write to it. */
function shownUrl(kind: Webhook['kind'], url: string): string {
  if (kind === 'email') return url
  const { origin, pathname, search } = new URL(url)
  return `${origin}${pathname === '/' && search === '' ? '/' : '/…'}`
}

export function toDelivery(row: Row): WebhookDelivery {
  const status = row.status as WebhookDelivery['status']
  return {
    id: row.id as string,
    webhookId: row.webhook_id as string,
    type: row.event_type as WebhookDelivery['type'],
    alert: JSON.parse(row.data as string),
    status,
    tries: Number(row.tries),
    nextAt: status === 'pending' ? instant(row.next_at) : null,
    createdAt: instant(row.created_at),
    triedAt: instantOrNull(row.tried_at),
    durationMs: row.duration_ms as number | null,
    responseStatus: row.response_status as number | null,
    response: row.response as string | null,
  }
}
