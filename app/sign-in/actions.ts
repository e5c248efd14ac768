'use server'

import { redirect } from 'next/navigation'
import type { SignInState } from '#components/access/sign-in-form.tsx'
import { assertOrigin } from '#lib/api/action.ts'
import { safePath, signIn, signInByToken, signOut } from '#lib/api/session.ts'
import { PasswordSignIn } from '#lib/task/access-commands.ts'
import { isTaskError } from '#lib/task/errors.ts'

export async function signInAction(_previous: SignInState, form: FormData): Promise<SignInState> {
  try {
    await assertOrigin()
    const token = form.get('token')
    if (typeof token === 'string') await signInByToken(token)
    else {
      const given = PasswordSignIn.safeParse({ login: form.get('login'), password: form.get('password') })
      if (!given.success) return { error: 'Give both, a name and a password.' }
      await signIn(given.data)
    }
  } catch (error) {
    if (isTaskError(error)) return { error: error.message }
    throw error
  }
  redirect(safePath(String(form.get('next') ?? '')))
}

export async function signOutAction(): Promise<void> {
  await assertOrigin()
  await signOut()
  redirect('/sign-in')
}
