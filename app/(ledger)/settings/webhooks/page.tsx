import type { Metadata } from 'next'
import { WebhookForm } from '#components/settings/webhook-form.tsx'
import { WebhookItem } from '#components/settings/webhook-item.tsx'
import { AdminsOnly } from '#components/ui/admins-only.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { requireContext } from '#lib/api/session.ts'
import { listDeliveries, listWebhooks } from '#lib/ledger/index.ts'
import {
  createWebhookAction,
  deleteWebhookAction,
  redeliverWebhookAction,
  rotateWebhookAction,
  switchWebhookAction,
  testWebhookAction,
} from './actions.ts'

export const metadata: Metadata = { title: 'Webhooks' }

const NEWEST = 5
const acts = {
  test: testWebhookAction,
  rotate: rotateWebhookAction,
  switchOnOrOff: switchWebhookAction,
  remove: deleteWebhookAction,
  redeliver: redeliverWebhookAction,
}

export default async function WebhooksPage() {
  const context = await requireContext('/settings/webhooks')
  if (context.actor.role !== 'admin') return <AdminsOnly what="webhooks" role={context.actor.role} />
  const { webhooks } = await listWebhooks(context)
  const sent = await Promise.all(webhooks.map(({ id }) => listDeliveries(context, { webhookId: id, limit: NEWEST })))
  return (
    <>
      <WebhookForm create={createWebhookAction} />
      {webhooks.length === 0 && <Empty of="webhooks" kind="never" />}
      {webhooks.map((webhook, index) => (
        <WebhookItem key={webhook.id} webhook={webhook} deliveries={sent[index]?.deliveries ?? []} acts={acts} />
      ))}
    </>
  )
}
