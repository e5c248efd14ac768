'use client'

import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field, Input, Select } from '#components/ui/field.tsx'
import { MakeForm } from '#components/ui/make-form.tsx'
import type { Call } from '#components/ui/use-call.ts'
import { ALERT_TYPES, WEBHOOK_KINDS, type Webhook, type WebhookKind } from '#lib/task/webhook.ts'
import { ALERT_WORDS, KIND_WORDS } from './webhook-words.ts'

export interface MadeWebhook {
  readonly webhook: Webhook
  readonly secret: string | null
}

/** Makes a webhook; what it signs with is its secret. */
export function WebhookForm({ create }: { create: Call<MadeWebhook> }) {
  const [kind, setKind] = useState<WebhookKind>('json')
  return (
    <MakeForm
      label="New webhook"
      make={create}
      commandOf={(form) => ({ name: form.get('name'), kind, url: form.get('url'), events: form.getAll('events') })}
      shown={({ webhook, secret }) =>
        secret === null
          ? null
          : {
              title: `The secret of ${webhook.name}.`,
              text: secret,
              advice: 'Its receiver checks signatures with it. It is shown this once.',
            }
      }
    >
      {(pending) => (
        <>
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
          </div>
          <div className="flex flex-wrap items-center justify-between gap-3">
            <EventBoxes />
            <Button kind="primary" type="submit" disabled={pending} className="max-md:h-11">
              Make the webhook
            </Button>
          </div>
        </>
      )}
    </MakeForm>
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
