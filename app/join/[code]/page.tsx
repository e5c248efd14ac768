import type { Metadata } from 'next'
import { GatePage } from '#components/access/gate-page.tsx'
import { JoinForm } from '#components/access/join-form.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { readLink } from '#lib/api/session.ts'
import type { AccessLink } from '#lib/task/schema.ts'
import { followLinkAction } from '../actions.ts'

// The address is a secret while the link is open: no other site is told of it. With no-referrer this one would not be
// told either, and a form sent without scripts would come from an origin that nobody can check.
export const metadata: Metadata = { title: 'Join', referrer: 'same-origin', robots: 'noindex' }

export default async function JoinPage({ params }: { params: Promise<{ code: string }> }) {
  const { code } = await params
  const link = await readLink(code)
  if (typeof link === 'string') {
    return (
      <GatePage title="This link opens nothing" lead={`${link.charAt(0).toUpperCase()}${link.slice(1)}.`}>
        <ButtonLink href="/sign-in">Go to the sign-in</ButtonLink>
      </GatePage>
    )
  }
  return (
    <GatePage title={titleOf(link)} lead={leadOf(link)}>
      <JoinForm
        code={code}
        kind={link.kind}
        name={link.kind === 'invitation' ? link.name : null}
        follow={followLinkAction}
      />
    </GatePage>
  )
}

function titleOf({ kind, role, name }: AccessLink): string {
  if (kind === 'setup') return 'Become the first admin'
  return kind === 'invitation' ? `Join as ${role}` : `A new password for ${name}`
}

function leadOf({ kind, createdBy }: AccessLink): string {
  if (kind === 'setup') return 'You will invite the others, and make tokens for workers and for the command.'
  return kind === 'invitation' ? `${createdBy} invites you to this ledger.` : 'It signs you out everywhere else.'
}
