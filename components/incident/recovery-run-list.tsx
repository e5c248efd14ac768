import { Hand, type LucideIcon, Power, RotateCw } from 'lucide-react'
import { formatDuration, plural } from '#components/look/format.ts'
import { Moment } from '#components/look/time.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Link } from '#components/ui/link.tsx'
import type { RecoveryRun } from '#lib/task/schema.ts'

type Trigger = RecoveryRun['trigger']

const TRIGGERS: Record<Trigger, { word: string; icon: LucideIcon }> = {
  boot: { word: 'Boot', icon: Power },
  sweep: { word: 'Sweep', icon: RotateCw },
  manual: { word: 'By hand', icon: Hand },
}

/** Passes that found something, each with the lines that it printed. */
export function RecoveryRunList({ runs }: { runs: readonly RecoveryRun[] }) {
  if (runs.length === 0) return <Empty of="passes" kind="never" />
  return (
    <ol>
      {runs.map((run) => (
        <RunItem key={run.id} run={run} />
      ))}
    </ol>
  )
}

function RunItem({ run }: { run: RecoveryRun }) {
  const { word, icon: Icon } = TRIGGERS[run.trigger]
  return (
    <li
      data-run={run.id}
      className="grid grid-cols-[96px_110px_minmax(0,1fr)] gap-x-4 gap-y-1 border-line border-b px-6 py-2 max-md:grid-cols-[96px_1fr] max-md:px-4"
    >
      <Moment at={run.startedAt} className="mono leading-5 text-ink-3" />
      <span className="flex items-center gap-2 self-start">
        <Icon size={16} strokeWidth={1.5} absoluteStrokeWidth aria-hidden className="text-ink-3" />
        {word}
      </span>
      <div className="min-w-0 max-md:col-span-2">
        <p>
          {run.dryRun && <span className="font-medium">Dry run, nothing was changed. </span>}
          {foundBy(run)} <span className="text-ink-3">in {tookBy(run)}</span>
        </p>
        <ul aria-label="Hints">
          {run.hints.map((hint) => (
            <li key={hint.taskId} className="mono py-0.5 leading-[18px] text-ink-2 [overflow-wrap:anywhere]">
              <Link href={`/tasks/${hint.taskId}`} className="hover:underlined hover:text-ink">
                {hint.text}
              </Link>
            </li>
          ))}
        </ul>
        {run.errors.map((error) => (
          <p key={error.taskId} className="text-bad-fg">
            Task <span className="mono">{error.taskId}</span> was not recovered: {error.message}
          </p>
        ))}
      </div>
    </li>
  )
}

function foundBy({ workersDead, interrupted, quarantined, reassigned }: RecoveryRun): string {
  const counts = [
    workersDead > 0 && `${plural(workersDead, 'worker')} dead`,
    interrupted > 0 && `${plural(interrupted, 'task')} interrupted`,
    quarantined > 0 && `${plural(quarantined, 'task')} quarantined`,
    reassigned > 0 && `${plural(reassigned, 'task')} reassigned`,
  ].filter(Boolean)
  return counts.length === 0 ? 'Nothing was to be done' : counts.join(', ')
}

function tookBy({ startedAt, finishedAt }: RecoveryRun): string {
  const tookMs = Date.parse(finishedAt) - Date.parse(startedAt)
  return tookMs < 1000 ? `${tookMs} ms` : formatDuration(tookMs)
}
