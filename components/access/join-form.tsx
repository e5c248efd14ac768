'use client'

import { useActionState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field, Input } from '#components/ui/field.tsx'
import { ACCESS_LIMITS } from '#lib/task/access-limits.ts'
import type { LinkKind } from '#lib/task/schema.ts'
import { NewPassword } from './new-password.tsx'

export interface JoinState {
  readonly error: string | null
}

interface JoinFormProps {
  code: string
  kind: LinkKind
  /** Whom the link is for, where that was said. */
  name: string | null
  follow: (previous: JoinState, form: FormData) => Promise<JoinState>
}

/** What a link asks of whoever follows it: a name and a password, or a password alone. */
export function JoinForm({ code, kind, name, follow }: JoinFormProps) {
  const [state, submit, pending] = useActionState(follow, { error: null })
  return (
    <form action={submit} className="flex flex-col gap-4">
      <input type="hidden" name="code" value={code} />
      {kind !== 'reset' && (
        <>
          <Field label="Name or e-mail address to sign in with" id="login">
            <Input
              id="login"
              name="login"
              required
              maxLength={120}
              autoComplete="username"
              autoCapitalize="none"
              autoFocus
            />
          </Field>
          <Field label="Your name, as history shows it" id="name">
            <Input id="name" name="name" required maxLength={100} autoComplete="name" defaultValue={name ?? ''} />
          </Field>
        </>
      )}
      <NewPassword
        label="Password"
        id="password"
        error={state.error}
        hint={`${ACCESS_LIMITS.passwordMin} characters at least.`}
      />
      <Button kind="primary" type="submit" disabled={pending}>
        {kind === 'reset' ? 'Set the password' : kind === 'setup' ? 'Become the first admin' : 'Join'}
      </Button>
    </form>
  )
}
