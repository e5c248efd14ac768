import { BULK_WORDS } from '#components/look/bulk-words.ts'
import { formatClock, formatCount } from '#components/look/format.ts'
import type { BulkOperation, OperationAction } from '#lib/task/schema.ts'
import { LeftAloneTable } from './left-alone-table.tsx'

interface BulkPreviewProps {
  action: OperationAction
  preview: { operation: BulkOperation } | { refused: string } | null
}

/** What the dry run found. It keeps its height while it runs, so that nothing below it jumps. */
export function BulkPreview({ action, preview }: BulkPreviewProps) {
  if (preview && 'refused' in preview) {
    return (
      <p role="alert" className="rounded-6 bg-bad-bg px-3 py-2 text-bad-fg">
        The dry run was refused: {preview.refused}
      </p>
    )
  }
  const operation = preview?.operation
  const rest = operation ? operation.skipped + operation.failed : null
  return (
    <div aria-live="polite" className="flex flex-col gap-4">
      <div className="flex min-h-[60px] items-end gap-8">
        <Figure count={operation?.changed ?? null} words={BULK_WORDS[action].passive} />
        <Figure count={rest} words="will be skipped" />
        <p className="ml-auto text-right text-12 text-ink-3">
          {operation
            ? `Dry run at ${formatClock(operation.createdAt)} by the same code as the act.`
            : 'Dry run under way.'}
          <br />
          Nothing has changed yet.
        </p>
      </div>
      {operation?.leftAlone && operation.leftAlone.length > 0 && <LeftAloneTable groups={operation.leftAlone} />}
    </div>
  )
}

function Figure({ count, words }: { count: number | null; words: string }) {
  return (
    <p>
      <span className="block font-medium text-28">{count === null ? '–' : formatCount(count)}</span>
      <span className="text-ink-2">{words}</span>
    </p>
  )
}
