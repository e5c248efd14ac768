import { formatMoney, plural } from '#components/look/format.ts'
import { STATUS_LOOKS } from '#components/look/task-status.tsx'
import { Moment } from '#components/look/time.tsx'
import { WORDS } from '#components/look/tone.ts'
import type { LateReport } from '#lib/task/schema.ts'

/** Final reports that came too late: nothing that was paid for is thrown away. */
export function LateReports({ reports }: { reports: readonly LateReport[] }) {
  if (reports.length === 0) return null
  return (
    <section aria-label="Late reports" className="border-line border-t px-6 py-3 max-md:px-4">
      <h2 className="font-semibold">Late reports</h2>
      <ul>
        {reports.map((report) => {
          const { word, tone } = STATUS_LOOKS[report.outcome]
          return (
            <li key={`${report.attempt}/${report.id}`} className="flex flex-wrap gap-x-4 border-line border-b py-1.5">
              <span>Attempt {report.attempt}</span>
              <span className={`font-medium ${WORDS[tone]}`}>{word}</span>
              <span className="min-w-0 flex-1 text-ink-2 [overflow-wrap:anywhere]">{saidBy(report)}</span>
              <span className="text-ink-2">{STATUS_WORDS[report.status]}</span>
              <Moment at={report.receivedAt} className="text-ink-3" />
            </li>
          )
        })}
      </ul>
    </section>
  )
}

const STATUS_WORDS: Record<LateReport['status'], string> = {
  kept: 'kept, not counted',
  accepted: 'accepted late',
  adopted: 'adopted',
}

function saidBy({ workerName, turns, costUsd, errorMessage, reason }: LateReport): string {
  const parts = [
    workerName,
    turns === null ? null : plural(turns, 'turn'),
    costUsd === null ? null : formatMoney(costUsd),
    errorMessage ?? reason,
  ]
  return parts.filter((part) => part !== null).join(', ')
}
