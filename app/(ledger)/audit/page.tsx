import type { Metadata } from 'next'
import { AuditFilters } from '#components/audit/audit-filters.tsx'
import { AuditList } from '#components/audit/audit-list.tsx'
import { plural } from '#components/look/format.ts'
import { ButtonLink } from '#components/ui/button.tsx'
import { DownloadLink } from '#components/ui/download-link.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { Pager } from '#components/ui/pager.tsx'
import { auditAddress, readAuditQuery } from '#lib/api/audit-query.ts'
import { allows } from '#lib/api/authenticate.ts'
import { requireContext } from '#lib/api/session.ts'
import { listAudit } from '#lib/ledger/index.ts'
import { orFromTop, type Parameters, readPage } from '../pages.ts'

export const metadata: Metadata = { title: 'Audit' }

export default async function AuditPage({ searchParams }: { searchParams: Promise<Parameters> }) {
  const parameters = await searchParams
  const query = readAuditQuery(parameters)
  const address = auditAddress('/audit', query)
  const context = await requireContext(address)
  if (!allows(context.actor.role, 'operator')) {
    return (
      <>
        <PageHeading title="Audit" />
        <Empty of="audit" kind="forbidden" action={<ButtonLink href="/tasks">Go to tasks</ButtonLink>} />
      </>
    )
  }
  const page = readPage(address, parameters)
  const { entries, nextCursor } = await orFromTop(address, listAudit(context, { ...query, ...page.command }))
  return (
    <>
      <PageHeading title="Audit">
        Each act with its reason and result. The chain is verified by{' '}
        <code className="mono">rollcall audit verify</code>
      </PageHeading>
      <AuditFilters query={query} />
      {entries.length === 0 ? <NoAct filtered={address !== '/audit'} /> : <AuditList entries={entries} />}
      <Pager label={plural(entries.length, 'act')} {...page.pager(nextCursor)}>
        <span className="flex gap-1 max-md:hidden">
          {(['csv', 'json'] as const).map((format) => (
            <DownloadLink
              key={format}
              href={auditAddress('/exports/audit', query, { format })}
              kind="quiet"
              size="small"
            >
              {format === 'csv' ? 'Export CSV' : 'JSON'}
            </DownloadLink>
          ))}
        </span>
      </Pager>
    </>
  )
}

function NoAct({ filtered }: { filtered: boolean }) {
  if (!filtered) return <Empty of="audit" kind="never" />
  return <Empty of="audit" kind="filtered" action={<ButtonLink href="/audit">Clear the filter</ButtonLink>} />
}
