import type { Metadata } from 'next'
import { InviteForm } from '#components/access/invite-form.tsx'
import { LinkTable } from '#components/access/link-table.tsx'
import { MemberTable } from '#components/access/member-table.tsx'
import { plural } from '#components/look/format.ts'
import { AdminsOnly } from '#components/ui/admins-only.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { SectionHeading } from '#components/ui/page-heading.tsx'
import { Pager } from '#components/ui/pager.tsx'
import { requireContext } from '#lib/api/session.ts'
import { listLinks, listMembers } from '#lib/ledger/index.ts'
import { orFromTop, type Parameters, readPage } from '../../pages.ts'
import * as actions from '../actions.ts'

export const metadata: Metadata = { title: 'Members' }

const PATH = '/settings/members'
const LINKS = 20

export default async function MembersPage({ searchParams }: { searchParams: Promise<Parameters> }) {
  const page = readPage(PATH, await searchParams)
  const context = await requireContext(PATH)
  if (context.actor.role !== 'admin') return <AdminsOnly what="members" role={context.actor.role} />
  const { members, nextCursor } = await orFromTop(PATH, listMembers(context, page.command))
  const { links } = await listLinks(context, { limit: LINKS })
  return (
    <>
      <InviteForm invite={actions.inviteMemberAction} />
      {members.length === 0 ? (
        <Empty of="members" kind="never" />
      ) : (
        <MemberTable
          members={members}
          actions={{
            changeRole: actions.changeRoleAction,
            remove: actions.removeMemberAction,
            offerReset: actions.offerResetAction,
          }}
        />
      )}
      {links.length > 0 && (
        <>
          <SectionHeading title="Links">the newest; each opens once</SectionHeading>
          <LinkTable links={links} revoke={actions.revokeLinkAction} />
        </>
      )}
      <Pager label={plural(members.length, 'member')} {...page.pager(nextCursor)} />
    </>
  )
}
