'use client'

import { type FormEvent, useState } from 'react'
import { ALERT_TYPES, WEBHOOK_KINDS, type Webhook, type WebhookKind } from '#lib/task/webhook.ts'
import { ShownOnce } from './shown-once.tsx'
import { Button } from './ui/button.tsx'
import { Field, Input, Select } from './ui/field.tsx'
import { type Call, refusalOf, useCall } from './use-call.ts'
import { ALERT_WORDS, KIND_WORDS } from './webhook-words.ts'

export interface MadeWebhook {
  readonly webhook: Webhook
  readonly secret: string | null
}

/** Makes a webhook and shows what it signs with, once. */
export function WebhookForm({ create }: { create: Call<MadeWebhook> }) {
  const { call, pending, result } = useCall(create)
  const [kind, setKind] = useState<WebhookKind>('json')
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    call({ name: form.get('name'), kind, url: form.get('url'), events: form.getAll('events') })
  }
  return (
    <section aria-label="New webhook" className="flex flex-col gap-3 border-line border-b px-6 py-4 max-md:px-4">
      <form onSubmit={submit} className="flex flex-col gap-3">
        <div className="flex flex-wrap items-end gap-3">
          <div className="w-[200px] max-md:w-full">
            <Field label="Whom it wakes" id="webhook-name">
              <Input id="webhook-name" name="name" required maxLength={100} placeholder="on call" />
            </Field>
          </div>
          <div className="w-[160px]">
            <Field label="Kind" id="webhook-kind">
              <Select id="webhook-kind" value={kind} onChange={({ target }) => setKind(toKind(target.value))}>
                {WEBHOOK_KINDS.map((each) => (
                  <option key={each} value={each}>
                    {KIND_WORDS[each]}
                  </option>
                ))}
              </Select>
            </Field>
          </div>
          <div className="min-w-[260px] flex-1">
            <Field label={kind === 'email' ? 'Mailbox' : 'Address'} id="webhook-url">
              <Input
                id="webhook-url"
                name="url"
                required
                type={kind === 'email' ? 'email' : 'url'}
                placeholder={kind === 'email' ? 'oncall@example.org' : 'https://hooks.example.org/…'}
              />
            </Field>
          </div>
          <Button kind="primary" type="submit" disabled={pending}>
            Make the webhook
          </Button>
        </div>
        <EventBoxes />
      </form>
      {refusalOf(result) && (
        <p role="alert" className="text-bad-fg">
          {refusalOf(result)}
        </p>
      )}
      {result?.status === 'done' && result.value.secret !== null && (
        <ShownOnce title={`The secret of ${result.value.webhook.name}.`} text={result.value.secret}>
          Its receiver checks signatures with it. It is shown this once.
        </ShownOnce>
      )}
    </section>
  )
}

function EventBoxes() {
  return (
    <fieldset className="flex flex-wrap gap-x-5 gap-y-1">
      <legend className="sr-only">What it is told</legend>
      {ALERT_TYPES.map((type) => (
        <label key={type} className="flex items-center gap-2 max-md:min-h-11">
          <input type="checkbox" className="accent-ink" name="events" value={type} defaultChecked />
          {ALERT_WORDS[type]}
        </label>
      ))}
    </fieldset>
  )
}

function toKind(value: string): WebhookKind {
  return WEBHOOK_KINDS.find((kind) => kind === value) ?? 'json'
}
