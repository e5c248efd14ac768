import type { Metadata } from 'next'
import { Logo } from '#components/logo.tsx'
import { SignInForm } from '#components/sign-in-form.tsx'
import { signInAction } from './actions.ts'

export const metadata: Metadata = { title: 'Sign in' }

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const { next } = await searchParams
  return (
    <main className="mx-auto flex min-h-dvh max-w-[400px] flex-col justify-center gap-6 px-4 pb-[16vh]">
      <div className="flex items-center gap-2.5">
        <Logo />
        <span className="font-semibold">Rollcall</span>
      </div>
      <div>
        <h1 className="font-semibold text-20">Sign in</h1>
        <p className="mt-1 text-ink-2">
          With a token of this ledger. The server printed one on its first start; it begins with{' '}
          <code className="mono">rc_</code>.
        </p>
      </div>
      <SignInForm next={typeof next === 'string' ? next : '/tasks'} signIn={signInAction} />
    </main>
  )
}
