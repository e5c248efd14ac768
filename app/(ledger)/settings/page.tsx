import type { Metadata } from 'next'
import { PasswordChangeForm } from '#components/access/password-change-form.tsx'
import { SignInTable } from '#components/access/sign-in-table.tsx'
import { ActButton } from '#components/acts/act-button.tsx'
import { SectionHeading } from '#components/ui/page-heading.tsx'
import { currentSignIn, requireContext } from '#lib/api/session.ts'
import { findMember, listSignIns } from '#lib/ledger/index.ts'
import { LIMITS } from '#lib/task/schema.ts'
import { changePasswordAction, endOwnSignInAction, endOwnSignInsAction } from './actions.ts'

export const metadata: Metadata = { title: 'Settings' }

/** Whoever is signed in: who they are here, and in which browsers. */
export default async function YouPage() {
  const context = await requireContext('/settings')
  const { memberId, name, role } = context.actor
  const member = memberId === undefined ? null : await findMember(context, memberId)
  if (member === null) {
    return (
      <p className="px-6 py-6 text-15 max-md:px-4">
        {`You are signed in with the token “${name}”, whose role is ${role}. It ends with the token, or when you sign out.`}
      </p>
    )
  }
  const { signIns } = await listSignIns(context, { memberId: member.id, limit: LIMITS.page })
  const current = await currentSignIn()
  return (
    <>
      <SectionHeading title={name}>{`${member.login}, ${role}`}</SectionHeading>
      {member.way === 'password' && <PasswordChangeForm change={changePasswordAction} />}
      <SectionHeading title="Where you are signed in">
        {signIns.length > 1 && (
          <ActButton action={endOwnSignInsAction} hidden={{}}>
            Sign out everywhere else
          </ActButton>
        )}
      </SectionHeading>
      <SignInTable signIns={signIns} currentId={current?.id ?? null} end={endOwnSignInAction} />
    </>
  )
}
