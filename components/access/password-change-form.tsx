'use client'

import { type FormEvent, startTransition, useActionState, useEffect, useRef } from 'react'
import type { Act } from '#components/acts/task-acts.ts'
import { Button } from '#components/ui/button.tsx'
import { Field, Input } from '#components/ui/field.tsx'
import { NewPassword } from './new-password.tsx'

/** A member's own password. */
export function PasswordChangeForm({ change }: { change: Act }) {
  const [state, submit, pending] = useActionState(change, { status: 'idle' })
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (state.status === 'done') form.current?.reset()
  }, [state])
  // By hand: the form's own action would empty the fields when it is refused.
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    startTransition(() => submit(given))
  }
  return (
    <form ref={form} onSubmit={send} className="flex flex-wrap items-end gap-3 px-6 py-4 max-md:px-4">
      <div className="w-[220px] max-md:w-full">
        <Field label="Password now" id="current">
          <Input id="current" name="currentPassword" type="password" required autoComplete="current-password" />
        </Field>
      </div>
      <div className="w-[220px] max-md:w-full">
        <NewPassword label="New password" id="new-password" />
      </div>
      <Button type="submit" disabled={pending}>
        Change the password
      </Button>
      {state.status === 'refused' && (
        <p role="alert" className="w-full text-bad-fg">
          Refused: {state.detail}
        </p>
      )}
      {state.status === 'done' && (
        <p role="status" className="w-full text-ink-2">
          The password is changed, and you are signed out everywhere else.
        </p>
      )}
    </form>
  )
}
