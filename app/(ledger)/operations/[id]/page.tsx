import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { LeftAlonePanel } from '#components/bulk/left-alone-table.tsx'
import { OperationButtons } from '#components/bulk/operation-buttons.tsx'
import { OperationHeading } from '#components/bulk/operation-heading.tsx'
import { OperationItemTable } from '#components/bulk/operation-item-table.tsx'
import { OperationProgress } from '#components/bulk/operation-progress.tsx'
import { LiveRecords } from '#components/live/live-records.tsx'
import { operationTitle } from '#components/look/bulk-words.ts'
import { plural } from '#components/look/format.ts'
import { Pager } from '#components/ui/pager.tsx'
import { requireContext } from '#lib/api/session.ts'
import { getOperation, listOperationItems } from '#lib/ledger/index.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { ITEM_RESULTS } from '#lib/task/schema.ts'
import { one, orFromTop, type Parameters, readPage } from '../../pages.ts'
import { abortOperationAction, retryOperationAction } from '../actions.ts'

interface OperationPageProps {
  params: Promise<{ id: string }>
  searchParams: Promise<Parameters>
}

const ACTIONS = { abort: abortOperationAction, retry: retryOperationAction }
const POLL_MS = 1000

const readOperation = cache(async (id: string) => {
  const context = await requireContext(`/operations/${id}`)
  try {
    return { context, ...(await getOperation(context, { operationId: decodeURIComponent(id) })) }
  } catch (error) {
    if (isTaskError(error) && error.code === 'not_found') notFound()
    throw error
  }
})

export async function generateMetadata({ params }: OperationPageProps): Promise<Metadata> {
  return { title: operationTitle((await readOperation((await params).id)).operation) }
}

export default async function OperationPage({ params, searchParams }: OperationPageProps) {
  const { context, operation } = await readOperation((await params).id)
  const parameters = await searchParams
  const result = ITEM_RESULTS.find((name) => name === one(parameters.result))
  const here = `/operations/${operation.id}${result ? `?result=${result}` : ''}`
  const page = readPage(here, parameters)
  const query = { operationId: operation.id, ...(result && { result }), ...page.command }
  const { items, nextCursor } = await orFromTop(here, listOperationItems(context, query))
  return (
    <>
      <LiveRecords prefixes={['operation.']} pollMs={operation.status === 'running' ? POLL_MS : null} />
      <OperationHeading operation={operation}>
        <OperationButtons operation={operation} role={context.actor.role} actions={ACTIONS} />
      </OperationHeading>
      <OperationProgress operation={operation} />
      <LeftAlonePanel groups={operation.leftAlone ?? []} />
      <OperationItemTable operation={operation} items={items} result={result ?? null} />
      <Pager label={plural(items.length, 'task')} {...page.pager(nextCursor)} />
    </>
  )
}
