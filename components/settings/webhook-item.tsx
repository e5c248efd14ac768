'use client'

import { ActButton } from '#components/acts/act-button.tsx'
import { ReasonButton } from '#components/acts/reason-button.tsx'
import type { Act } from '#components/acts/task-acts.ts'
import { Moment } from '#components/look/time.tsx'
import { Button } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { ShownOnce } from '#components/ui/shown-once.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { type Call, refusalOf, useCall } from '#components/ui/use-call.ts'
import type { Webhook, WebhookDelivery } from '#lib/task/webhook.ts'
import type { MadeWebhook } from './webhook-form.tsx'
import { ALERT_WORDS, DELIVERY_WORDS, KIND_WORDS } from './webhook-words.ts'

export interface WebhookActs {
  readonly test: Act
  readonly rotate: Call<MadeWebhook>
  readonly switchOnOrOff: Act
  readonly remove: Act
  readonly redeliver: Act
}

interface WebhookItemProps {
  webhook: Webhook
  /** The newest. */
  deliveries: readonly WebhookDelivery[]
  acts: WebhookActs
}

/** A webhook with what can be done with it, and what became of what was sent there last. */
export function WebhookItem({ webhook, deliveries, acts }: WebhookItemProps) {
  const rotation = useCall(acts.rotate)
  const { id, name, kind, url, enabled, events } = webhook
  const hidden = { webhookId: id }
  return (
    <section aria-label={name} data-webhook={id} className="border-line border-b">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-6 py-3 max-md:px-4">
        <h2 className="font-semibold">{name}</h2>
        <span className="text-ink-2">{KIND_WORDS[kind]}</span>
        <span className="mono min-w-0 truncate text-ink-2">{url}</span>
        {!enabled && <span className="font-medium text-warn-fg">Switched off</span>}
        <span className="ml-auto flex flex-wrap gap-2 max-md:ml-0">
          <ActButton action={acts.test} hidden={hidden}>
            Send a test
          </ActButton>
          {kind === 'json' && (
            <Button size="small" disabled={rotation.pending} onClick={() => rotation.call(hidden)}>
              New secret
            </Button>
          )}
          <ActButton action={acts.switchOnOrOff} hidden={{ ...hidden, enabled: String(!enabled) }}>
            {enabled ? 'Switch off' : 'Switch on'}
          </ActButton>
          <ReasonButton
            size="small"
            title={`Remove ${name}`}
            label="Reason"
            field="reason"
            consequence="Nobody is told there any more. What waits is not sent."
            confirm="Remove the webhook"
            hidden={hidden}
            action={acts.remove}
            refusal={null}
          >
            Remove…
          </ReasonButton>
        </span>
      </div>
      <p className="px-6 pb-2 text-12 text-ink-3 max-md:px-4">{events.map((type) => ALERT_WORDS[type]).join(' · ')}</p>
      <div className="px-6 pb-2 empty:hidden max-md:px-4">
        {refusalOf(rotation.result) && <p role="alert">{refusalOf(rotation.result)}</p>}
        {rotation.result?.status === 'done' && rotation.result.value.secret !== null && (
          <ShownOnce title={`The new secret of ${name}.`} text={rotation.result.value.secret}>
            It is shown this once. For a day both sign.
          </ShownOnce>
        )}
      </div>
      <DeliveryTable deliveries={deliveries} redeliver={acts.redeliver} />
    </section>
  )
}

function DeliveryTable({ deliveries, redeliver }: { deliveries: readonly WebhookDelivery[]; redeliver: Act }) {
  if (deliveries.length === 0) return <Empty of="deliveries" kind="never" small />
  return (
    <Table aria-label="Deliveries">
      <thead>
        <tr>
          <Th className="w-[110px]">State</Th>
          <Th className="w-[110px] max-md:w-[90px]">At</Th>
          <Th>What</Th>
          <Th figure className="w-[70px] max-md:hidden">
            Tries
          </Th>
          <Th figure className="w-[90px] max-md:hidden">
            Took
          </Th>
          <Th className="max-md:hidden">Answer</Th>
          <Th className="w-[120px] max-md:hidden">
            <span className="sr-only">Acts</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((delivery) => (
          <DeliveryRow key={delivery.id} delivery={delivery} redeliver={redeliver} />
        ))}
      </tbody>
    </Table>
  )
}

function DeliveryRow({ delivery, redeliver }: { delivery: WebhookDelivery; redeliver: Act }) {
  const { id, webhookId, status, createdAt, alert, tries, durationMs, responseStatus, response } = delivery
  const { word, tone } = DELIVERY_WORDS[status]
  const answer = [responseStatus, response].filter(Boolean).join(' ')
  return (
    <tr data-delivery={id} className="hover:bg-hover">
      <Td className={`font-medium ${tone}`}>{word}</Td>
      <Td className="mono text-ink-3">
        <Moment at={createdAt} />
      </Td>
      <Td title={alert.detail ?? undefined}>{alert.title}</Td>
      <Td figure className="max-md:hidden">
        {tries}
      </Td>
      <Td figure className="max-md:hidden">
        {durationMs !== null && `${durationMs} ms`}
      </Td>
      <Td className="text-ink-2 max-md:hidden" title={answer}>
        {answer}
      </Td>
      <Td className="max-md:hidden">
        {status !== 'pending' && (
          <ActButton action={redeliver} hidden={{ webhookId, deliveryId: id }}>
            Send again
          </ActButton>
        )}
      </Td>
    </tr>
  )
}
