/** Exhaustive: a new kind or event must have its words. */
import type { AlertType, WebhookDelivery, WebhookKind } from '#lib/task/webhook.ts'

export const KIND_WORDS: Record<WebhookKind, string> = { json: 'Signed JSON', slack: 'Slack', email: 'E-mail' }

export const ALERT_WORDS: Record<AlertType, string> = {
  'incident.opened': 'Incident opened',
  'incident.braked': 'Recovery stopped by the brake',
  'task.quarantined': 'Task quarantined',
  'task.unskilled': 'No worker with the skill',
  'sweeper.late': 'Sweeper late',
}

export const DELIVERY_WORDS: Record<WebhookDelivery['status'], { word: string; tone: string }> = {
  pending: { word: 'Waiting', tone: 'text-warn-fg' },
  delivered: { word: 'Delivered', tone: 'text-ink' },
  dead: { word: 'Given up', tone: 'text-bad-fg' },
}
