'use client'

import { type FormEvent, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field, Input } from '#components/ui/field.tsx'
import { JsonView } from '#components/ui/json-view.tsx'
import { type Call, refusalOf, useCall } from '#components/ui/use-call.ts'
import type { Unmasked } from '#lib/task/schema.ts'

const REASON_MIN = 5

/** Shows an admin what the rules mask, for a reason that stands in the task's history. */
export function UnmaskPanel({ taskId, unmask }: { taskId: string; unmask: Call<Unmasked> }) {
  const { call, pending, result } = useCall(unmask)
  const [short, setShort] = useState(false)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const reason = String(new FormData(event.currentTarget).get('reason') ?? '').trim()
    setShort(reason.length < REASON_MIN)
    if (reason.length >= REASON_MIN) call({ taskId, reason })
  }
  if (result?.status === 'done') {
    const { payload, artifacts, errorMessage } = result.value
    return (
      <section aria-label="Unmasked" className="flex flex-col gap-5">
        <p className="text-warn-fg">Unmasked for you, on this page, until you leave it. The history says so.</p>
        {payload !== null && <JsonView name="Payload, unmasked" value={payload} />}
        {artifacts !== null && <JsonView name="Artifacts, unmasked" value={artifacts} />}
        {errorMessage !== null && <JsonView name="Error, unmasked" value={errorMessage} />}
      </section>
    )
  }
  return (
    <form onSubmit={submit} className="flex items-end gap-2">
      <div className="min-w-0 flex-1">
        <Field
          label="Reason to see what is masked, kept with the task"
          id="unmask-reason"
          error={short ? 'Five characters at least.' : refusalOf(result)}
        >
          <Input id="unmask-reason" name="reason" required maxLength={500} aria-invalid={short} />
        </Field>
      </div>
      <Button type="submit" disabled={pending}>
        Unmask
      </Button>
    </form>
  )
}
