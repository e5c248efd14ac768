import { z } from 'zod'
import {
  CreateWebhook,
  DeleteWebhook,
  ListDeliveries,
  OneWebhook,
  RedeliverWebhook,
  UpdateWebhook,
  Webhook,
  WebhookDelivery,
} from '#lib/task/webhook.ts'
import { endpoint, page } from './endpoint.ts'

const WebhookAnswer = z.object({ webhook: Webhook })
const MintedAnswer = z.object({
  webhook: Webhook,
  secret: z.string().nullable().describe('null for what is not signed'),
})
const DeliveryAnswer = z.object({ delivery: WebhookDelivery })
const one = { id: 'webhookId' } as const

export const webhooks = {
  listWebhooks: endpoint({
    method: 'GET',
    path: '/api/v1/webhooks',
    summary: 'List where alerts go, oldest first',
    access: 'admin',
    input: z.strictObject({}),
    output: z.object({ webhooks: z.array(Webhook) }),
    status: 200,
    errors: [],
  }),
  createWebhook: endpoint({
    method: 'POST',
    path: '/api/v1/webhooks',
    summary: 'Send alerts to an address; the secret that they are signed with is in this answer and nowhere else, ever',
    access: 'admin',
    input: CreateWebhook,
    output: MintedAnswer,
    status: 201,
    errors: [],
  }),
  updateWebhook: endpoint({
    method: 'PUT',
    path: '/api/v1/webhooks/{id}',
    summary: 'Change the name, the address or the events of a webhook, or switch it off',
    access: 'admin',
    input: UpdateWebhook,
    params: one,
    output: WebhookAnswer,
    status: 200,
    errors: ['not_found'],
  }),
  deleteWebhook: endpoint({
    method: 'DELETE',
    path: '/api/v1/webhooks/{id}',
    summary: 'Take a webhook away, with its deliveries',
    access: 'admin',
    input: DeleteWebhook,
    params: one,
    output: WebhookAnswer,
    status: 200,
    errors: ['not_found'],
  }),
  rotateWebhook: endpoint({
    method: 'POST',
    path: '/api/v1/webhooks/{id}/rotation',
    summary: 'Mint a new secret; for a day both sign',
    access: 'admin',
    input: OneWebhook,
    params: one,
    output: MintedAnswer,
    status: 200,
    errors: ['not_found'],
  }),
  testWebhook: endpoint({
    method: 'POST',
    path: '/api/v1/webhooks/{id}/test',
    summary: 'Send a test by the way of every alert',
    access: 'admin',
    input: OneWebhook,
    params: one,
    output: DeliveryAnswer,
    status: 202,
    errors: ['not_found'],
  }),
  listDeliveries: endpoint({
    method: 'GET',
    path: '/api/v1/webhooks/{id}/deliveries',
    summary: 'List what was sent to a webhook and what it answered, newest first',
    access: 'admin',
    input: ListDeliveries,
    params: one,
    output: page('deliveries', WebhookDelivery),
    status: 200,
    errors: [],
  }),
  redeliverWebhook: endpoint({
    method: 'POST',
    path: '/api/v1/webhooks/{id}/deliveries/{delivery}/redelivery',
    summary: 'Send the same alert once more',
    access: 'admin',
    input: RedeliverWebhook,
    params: { id: 'webhookId', delivery: 'deliveryId' },
    output: DeliveryAnswer,
    status: 202,
    errors: ['not_found'],
  }),
} as const
