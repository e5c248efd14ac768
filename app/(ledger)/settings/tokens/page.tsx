import type { Metadata } from 'next'
import { TokenForm } from '#components/access/token-form.tsx'
import { TokenTable } from '#components/access/token-table.tsx'
import { plural } from '#components/look/format.ts'
import { AdminsOnly } from '#components/ui/admins-only.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Pager } from '#components/ui/pager.tsx'
import { requireContext } from '#lib/api/session.ts'
import { listTokens } from '#lib/ledger/index.ts'
import { orFromTop, type Parameters, readPage } from '../../pages.ts'
import { createTokenAction, revokeTokenAction, rotateTokenAction } from '../actions.ts'

export const metadata: Metadata = { title: 'Tokens' }

const PATH = '/settings/tokens'

export default async function TokensPage({ searchParams }: { searchParams: Promise<Parameters> }) {
  const page = readPage(PATH, await searchParams)
  const context = await requireContext(PATH)
  if (context.actor.role !== 'admin') return <AdminsOnly what="tokens" role={context.actor.role} />
  const { tokens, nextCursor } = await orFromTop(PATH, listTokens(context, page.command))
  return (
    <>
      <TokenForm create={createTokenAction} />
      {tokens.length === 0 ? (
        <Empty of="tokens" kind="never" />
      ) : (
        <TokenTable tokens={tokens} rotate={rotateTokenAction} revoke={revokeTokenAction} />
      )}
      <Pager label={plural(tokens.length, 'token')} {...page.pager(nextCursor)} />
    </>
  )
}
