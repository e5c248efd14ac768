/** Where alerts are sent, what they are about, and each time that one was sent. */
import { z } from 'zod'
import { Count, Id, Instant, Line, paging, Reason } from './fields.ts'

export const WEBHOOK_KINDS = ['json', 'slack', 'email'] as const
export type WebhookKind = (typeof WEBHOOK_KINDS)[number]

/** What somebody may want to be woken for. */
export const ALERT_TYPES = [
  'incident.opened',
  'incident.braked',
  'task.quarantined',
  'task.unskilled',
  'sweeper.late',
] as const
export type AlertType = (typeof ALERT_TYPES)[number]
/** `test` is sent by a person and to one webhook only. */
export const DELIVERY_TYPES = [...ALERT_TYPES, 'test'] as const
export const DELIVERY_STATUSES = ['pending', 'delivered', 'dead'] as const

export const Webhook = z.object({
  id: Id,
  name: z.string(),
  kind: z.enum(WEBHOOK_KINDS),
  url: z.string().describe('without what may be secret of it: its path and query; of an e-mail, the address'),
  events: z.array(z.enum(ALERT_TYPES)),
  enabled: z.boolean(),
  createdBy: z.string(),
  createdAt: Instant,
})
export type Webhook = z.infer<typeof Webhook>

export const Alert = z.object({
  title: z.string(),
  detail: z.string().nullable(),
  taskId: Id.nullable(),
  incidentId: Id.nullable(),
  path: z.string().describe('of the page that shows it'),
  at: Instant,
})
export type Alert = z.infer<typeof Alert>

export const WebhookDelivery = z.object({
  id: Id,
  webhookId: Id,
  type: z.enum(DELIVERY_TYPES),
  alert: Alert,
  status: z.enum(DELIVERY_STATUSES),
  tries: Count,
  nextAt: Instant.nullable().describe('when it is tried again'),
  createdAt: Instant,
  triedAt: Instant.nullable(),
  durationMs: Count.nullable(),
  responseStatus: z.int().nullable(),
  response: z.string().nullable().describe('the beginning of the answer, or why there was none'),
})
export type WebhookDelivery = z.infer<typeof WebhookDelivery>

const Url = z.string().min(1).max(2000)
const Events = z.array(z.enum(ALERT_TYPES)).min(1).max(ALERT_TYPES.length)

export const CreateWebhook = z.strictObject({
  name: Line.max(100),
  kind: z.enum(WEBHOOK_KINDS).default('json'),
  url: Url.describe('an http or https address; for e-mail, the address of the mailbox'),
  events: Events.default([...ALERT_TYPES]),
})
export type CreateWebhook = z.infer<typeof CreateWebhook>

export const UpdateWebhook = z.strictObject({
  webhookId: Id,
  name: Line.max(100).optional(),
  url: Url.optional(),
  events: Events.optional(),
  enabled: z.boolean().optional(),
})
export type UpdateWebhook = z.infer<typeof UpdateWebhook>

/** As a form sends it. */
export const SwitchWebhook = z.strictObject({
  webhookId: Id,
  enabled: z.enum(['true', 'false']).transform((word) => word === 'true'),
})

export const OneWebhook = z.strictObject({ webhookId: Id })
export type OneWebhook = z.infer<typeof OneWebhook>

export const DeleteWebhook = z.strictObject({ webhookId: Id, reason: Reason.optional() })
export type DeleteWebhook = z.infer<typeof DeleteWebhook>

export const RedeliverWebhook = z.strictObject({ webhookId: Id, deliveryId: Id })
export type RedeliverWebhook = z.infer<typeof RedeliverWebhook>

export const ListDeliveries = z.strictObject({
  webhookId: Id,
  ...paging,
})
export type ListDeliveries = z.infer<typeof ListDeliveries>
