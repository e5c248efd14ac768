import { operationTitle, scopeWords } from '#components/look/bulk-words.ts'
import { formatCount } from '#components/look/format.ts'
import { operationLookOf } from '#components/look/operation-look.ts'
import { StatusIcon } from '#components/look/status-icon.tsx'
import { Moment } from '#components/look/time.tsx'
import { WORDS } from '#components/look/tone.ts'
import { ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Link } from '#components/ui/link.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import type { BulkOperation } from '#lib/task/schema.ts'

/** Bulk acts, newest first: what, by whom, why, and how far they have come. */
export function OperationTable({ operations }: { operations: readonly BulkOperation[] }) {
  if (operations.length === 0) {
    return <Empty of="operations" kind="never" action={<ButtonLink href="/tasks">Go to tasks</ButtonLink>} />
  }
  return (
    <Table aria-label="Operations">
      <thead>
        <tr>
          <Th className="w-[136px] max-md:w-[96px]">Status</Th>
          <Th className="w-[190px] max-md:w-auto">Act</Th>
          <Th className="max-lg:hidden">About</Th>
          <Th className="max-md:hidden">Reason</Th>
          <Th className="w-[130px] max-lg:hidden">By</Th>
          <Th figure className="w-[110px] max-md:w-[88px]">
            Changed
          </Th>
          <Th figure className="w-[80px] max-md:hidden">
            Skipped
          </Th>
          <Th figure className="w-[80px] max-md:hidden">
            Failed
          </Th>
          <Th figure className="w-[100px] max-md:hidden">
            Ordered
          </Th>
        </tr>
      </thead>
      <tbody>
        {operations.map((operation) => (
          <OperationRow key={operation.id} operation={operation} />
        ))}
      </tbody>
    </Table>
  )
}

function OperationRow({ operation }: { operation: BulkOperation }) {
  const { id, reason, actor, total, changed, skipped, failed, createdAt } = operation
  return (
    <tr data-operation={id} data-status={operation.status} className="hover:bg-hover">
      <Td>
        <OperationWord operation={operation} />
      </Td>
      <Td>
        <Link href={`/operations/${id}`} className="font-[450] hover:underlined">
          {operationTitle(operation)}
        </Link>
      </Td>
      <Td className="text-ink-2 max-lg:hidden">{scopeWords(operation)}</Td>
      <Td className="text-ink-2 max-md:hidden" title={reason}>
        {reason}
      </Td>
      <Td className="text-ink-2 max-lg:hidden">{actor.name}</Td>
      <Td figure>
        {formatCount(changed)} <span className="text-ink-3">of {formatCount(total)}</span>
      </Td>
      <Td figure className="max-md:hidden">
        {formatCount(skipped)}
      </Td>
      <Td figure className={`max-md:hidden ${failed > 0 ? 'text-bad-fg' : ''}`}>
        {formatCount(failed)}
      </Td>
      <Td figure className="text-ink-2 max-md:hidden">
        <Moment at={createdAt} />
      </Td>
    </tr>
  )
}

export function OperationWord({ operation }: { operation: BulkOperation }) {
  const { word, shape, tone } = operationLookOf(operation)
  return (
    <span className="inline-flex items-center gap-1.5 align-middle">
      <StatusIcon shape={shape} className={WORDS[tone]} />
      {word}
    </span>
  )
}
