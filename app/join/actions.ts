'use server'

import { redirect } from 'next/navigation'
import type { JoinState } from '#components/access/join-form.tsx'
import { assertOrigin } from '#lib/api/action.ts'
import { followLink } from '#lib/api/session.ts'
import { FollowLink } from '#lib/task/access-commands.ts'
import { isTaskError } from '#lib/task/errors.ts'

/** The first admin is led to where a token for the command is made; all others get theirs from an admin. */
export async function followLinkAction(_previous: JoinState, form: FormData): Promise<JoinState> {
  let kind: string
  try {
    await assertOrigin()
    const fields = ['code', 'login', 'name', 'password']
    const given = FollowLink.safeParse(Object.fromEntries(fields.flatMap((field) => givenIn(form, field))))
    if (!given.success) {
      return { error: given.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') }
    }
    kind = await followLink(given.data)
  } catch (error) {
    if (isTaskError(error)) return { error: error.message }
    throw error
  }
  redirect(kind === 'setup' ? '/settings/tokens' : '/')
}

/** An empty field counts as not given. */
function givenIn(form: FormData, field: string): [string, string][] {
  const value = form.get(field)
  return typeof value === 'string' && value !== '' ? [[field, value]] : []
}
