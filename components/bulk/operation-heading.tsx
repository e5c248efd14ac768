import type { ReactNode } from 'react'
import { operationTitle, scopeWords } from '#components/look/bulk-words.ts'
import { shortId } from '#components/look/format.ts'
import { Duration, Moment } from '#components/look/time.tsx'
import { Breadcrumbs } from '#components/ui/breadcrumbs.tsx'
import { Fact, Facts } from '#components/ui/facts.tsx'
import { Link } from '#components/ui/link.tsx'
import type { BulkOperation } from '#lib/task/schema.ts'
import { OperationWord } from './operation-table.tsx'

export function OperationHeading({ operation, children }: { operation: BulkOperation; children: ReactNode }) {
  const { id, actor, reason, createdAt, startedAt, finishedAt, abortedBy, retryOf, filter } = operation
  return (
    <div className="border-line border-b px-6 pt-3 pb-3 max-md:px-4 max-md:pt-0">
      <Breadcrumbs href="/operations" name="Operations" here={shortId(id)} />
      <div className="mt-1.5 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="font-semibold text-20">{operationTitle(operation)}</h1>
        <OperationWord operation={operation} />
        <div className="ml-auto flex gap-2 max-md:ml-0">{children}</div>
      </div>
      <Facts>
        <Fact name="About">{scopeWords(operation)}</Fact>
        <Fact name="Reason">“{reason}”</Fact>
        <Fact name="Ordered">
          <Moment at={createdAt} /> by {actor.name}
        </Fact>
        {startedAt !== null && (
          <Fact name="Took">
            <Duration from={startedAt} to={finishedAt} />
          </Fact>
        )}
        {abortedBy !== null && <Fact name="Stopped by">{abortedBy}</Fact>}
        {retryOf !== null && (
          <Fact name="Takes up">
            <Link href={`/operations/${retryOf}`} className="mono underlined">
              {shortId(retryOf)}
            </Link>
          </Fact>
        )}
        {filter !== null && <Fact name="Later ones">are left alone</Fact>}
      </Facts>
    </div>
  )
}
