'use server'

import { redirect } from 'next/navigation'
import type { SignInState } from '#components/sign-in-form.tsx'
import { assertOrigin } from '#lib/api/action.ts'
import { safePath, signIn, signOut } from '#lib/api/session.ts'
import { isTaskError } from '#lib/task/errors.ts'

export async function signInAction(_previous: SignInState, form: FormData): Promise<SignInState> {
  try {
    await assertOrigin()
    await signIn(String(form.get('token') ?? ''))
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
