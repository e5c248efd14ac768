import type { Metadata } from 'next'
import { SignInTable } from '#components/access/sign-in-table.tsx'
import { plural } from '#components/look/format.ts'
import { AdminsOnly } from '#components/ui/admins-only.tsx'
import { Pager } from '#components/ui/pager.tsx'
import { currentSignIn, requireContext } from '#lib/api/session.ts'
import { listSignIns } from '#lib/ledger/index.ts'
import { orFromTop, type Parameters, readPage } from '../../pages.ts'
import { endSignInAction } from '../actions.ts'

export const metadata: Metadata = { title: 'Sign-ins' }

const PATH = '/settings/sign-ins'

export default async function SignInsPage({ searchParams }: { searchParams: Promise<Parameters> }) {
  const page = readPage(PATH, await searchParams)
  const context = await requireContext(PATH)
  if (context.actor.role !== 'admin') return <AdminsOnly what="signIns" role={context.actor.role} />
  const { signIns, nextCursor } = await orFromTop(PATH, listSignIns(context, page.command))
  const current = await currentSignIn()
  return (
    <>
      <SignInTable signIns={signIns} currentId={current?.id ?? null} end={endSignInAction} named />
      <Pager label={plural(signIns.length, 'sign-in')} {...page.pager(nextCursor)} />
    </>
  )
}
