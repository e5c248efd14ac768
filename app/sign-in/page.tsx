import type { Metadata } from 'next'
import { GatePage } from '#components/access/gate-page.tsx'
import { ProviderLink } from '#components/access/provider-link.tsx'
import { PasswordForm, TokenForm } from '#components/access/sign-in-form.tsx'
import { canSignIn, lastRefusal, providerName } from '#lib/api/session.ts'
import { signInAction } from './actions.ts'

export const metadata: Metadata = { title: 'Sign in' }

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const { next } = await searchParams
  const props = { next: typeof next === 'string' ? next : '/tasks', signIn: signInAction }
  const provider = providerName()
  const refusal = await lastRefusal()
  if (!(await canSignIn()) && provider === null) {
    return (
      <GatePage
        title="Sign in"
        lead={
          <>
            Nobody has joined this ledger yet. Open the link that the server printed when it started, or sign in with a
            token; it begins with <code className="mono">rc_</code>.
          </>
        }
      >
        <TokenForm {...props} focused />
      </GatePage>
    )
  }
  return (
    <GatePage title="Sign in">
      {provider !== null && <ProviderLink name={provider} next={props.next} refusal={refusal} />}
      <PasswordForm {...props} />
      <details className="border-line border-t pt-4">
        <summary className="mb-4 cursor-pointer text-ink-2">Sign in with a token</summary>
        <TokenForm {...props} />
      </details>
    </GatePage>
  )
}
