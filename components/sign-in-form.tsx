'use client'

import { useActionState } from 'react'
import { Button } from './ui/button.tsx'
import { Field, Input } from './ui/field.tsx'

export interface SignInState {
  readonly error: string | null
}

interface SignInFormProps {
  next: string
  signIn: (previous: SignInState, form: FormData) => Promise<SignInState>
}

export function SignInForm({ next, signIn }: SignInFormProps) {
  const [state, submit, pending] = useActionState(signIn, { error: null })
  return (
    <form action={submit} className="flex flex-col gap-4">
      <input type="hidden" name="next" value={next} />
      <Field label="Token" id="token" error={state.error}>
        <Input
          id="token"
          name="token"
          type="password"
          required
          autoComplete="current-password"
          placeholder="rc_…"
          aria-invalid={state.error !== null}
          aria-describedby={state.error === null ? undefined : 'token-error'}
          className="mono"
          autoFocus
        />
      </Field>
      <Button kind="primary" type="submit" disabled={pending}>
        Sign in
      </Button>
    </form>
  )
}
