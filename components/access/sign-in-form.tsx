'use client'

import { useActionState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field, Input } from '#components/ui/field.tsx'

export interface SignInState {
  readonly error: string | null
}

interface SignInFormProps {
  next: string
  signIn: (previous: SignInState, form: FormData) => Promise<SignInState>
}

export function PasswordForm({ next, signIn }: SignInFormProps) {
  const [state, submit, pending] = useActionState(signIn, { error: null })
  return (
    <form action={submit} className="flex flex-col gap-4">
      <input type="hidden" name="next" value={next} />
      <Field label="Name or e-mail address" id="login">
        <Input id="login" name="login" required autoComplete="username" autoCapitalize="none" autoFocus />
      </Field>
      <Field label="Password" id="password" error={state.error}>
        <Input
          id="password"
          name="password"
          type="password"
          required
          autoComplete="current-password"
          aria-invalid={state.error !== null}
          aria-describedby={state.error === null ? undefined : 'password-error'}
        />
      </Field>
      <Button kind="primary" type="submit" disabled={pending}>
        Sign in
      </Button>
    </form>
  )
}

export function TokenForm({ next, signIn, focused = false }: SignInFormProps & { focused?: boolean }) {
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
          autoComplete="off"
          placeholder="rc_…"
          aria-invalid={state.error !== null}
          aria-describedby={state.error === null ? undefined : 'token-error'}
          className="mono"
          autoFocus={focused}
        />
      </Field>
      <Button kind={focused ? 'primary' : 'plain'} type="submit" disabled={pending}>
        Sign in{focused ? '' : ' with the token'}
      </Button>
    </form>
  )
}
