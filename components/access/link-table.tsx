'use client'

import { ActButton } from '#components/acts/act-button.tsx'
import type { Act } from '#components/acts/task-acts.ts'
import { useNow } from '#components/look/clock.tsx'
import { Age, Moment } from '#components/look/time.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import type { AccessLink } from '#lib/task/schema.ts'

/** Invitations and offers of a new password, the used and the ended too. */
export function LinkTable({ links, revoke }: { links: readonly AccessLink[]; revoke: Act }) {
  const now = useNow()
  return (
    <Table aria-label="Links">
      <thead>
        <tr>
          <Th>For</Th>
          <Th className="w-[170px]">Opens</Th>
          <Th className="w-[200px] max-md:hidden">State</Th>
          <Th figure className="w-[100px] max-lg:hidden">
            Made
          </Th>
          <Th className="w-[160px] max-lg:hidden">By</Th>
          <Th className="w-[110px]">
            <span className="sr-only">Acts</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {links.map((link) => {
          const isOpen = link.usedAt === null && link.revokedAt === null && Date.parse(link.expiresAt) > now
          return (
            <tr key={link.id} data-link={link.id} className={isOpen ? 'hover:bg-hover' : 'text-ink-3'}>
              <Td>{link.name ?? <span className="text-ink-3">anybody</span>}</Td>
              <Td>{link.kind === 'reset' ? 'a new password' : `the ledger, as ${link.role}`}</Td>
              <Td className="max-md:hidden">
                <LinkState link={link} isOpen={isOpen} />
              </Td>
              <Td figure className="max-lg:hidden">
                <Age at={link.createdAt} ago />
              </Td>
              <Td className="max-lg:hidden">{link.createdBy}</Td>
              <Td className="overflow-visible text-right">
                {isOpen && (
                  <ActButton action={revoke} hidden={{ linkId: link.id }}>
                    Revoke
                  </ActButton>
                )}
              </Td>
            </tr>
          )
        })}
      </tbody>
    </Table>
  )
}

function LinkState({ link, isOpen }: { link: AccessLink; isOpen: boolean }) {
  const [word, at] =
    link.usedAt !== null
      ? ['Used', link.usedAt]
      : link.revokedAt !== null
        ? ['Revoked', link.revokedAt]
        : [isOpen ? 'Open until' : 'Ended', link.expiresAt]
  return (
    <>
      {word} <Moment at={at} />
    </>
  )
}
