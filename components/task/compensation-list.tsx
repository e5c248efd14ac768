import { plural } from '#components/look/format.ts'
import { Moment } from '#components/look/time.tsx'
import { type Tone, WORDS } from '#components/look/tone.ts'
import { Empty } from '#components/ui/empty.tsx'
import { Link } from '#components/ui/link.tsx'
import type { Compensation, Task } from '#lib/task/schema.ts'

interface CompensationListProps {
  task: Task
  compensations: readonly Compensation[]
}

/** The steps that undo what the task did, in the order in which they were registered; they are undone from the last. */
export function CompensationList({ task, compensations }: CompensationListProps) {
  return (
    <section aria-label="Compensations">
      <h3 className="font-medium text-12 text-ink-2">Compensations</h3>
      {compensations.length === 0 && (
        <Empty of="compensations" kind={task.sideEffects ? 'unknown' : 'never'} small className="-mx-6 max-md:-mx-4" />
      )}
      <ol>
        {compensations.map((one) => (
          <li key={one.id} className="border-line border-b py-1.5">
            <div className="flex gap-4">
              <span className="mono">{one.kind}</span>
              <span className="min-w-0 flex-1 truncate" title={one.target}>
                {one.target || one.reason}
              </span>
              <span className={WORDS[TONES[one.status]]}>{statusWords(one)}</span>
              <Moment at={one.finishedAt ?? one.createdAt} className="text-ink-3" />
            </div>
            {one.error !== null && <p className="text-bad-fg [overflow-wrap:anywhere]">{one.error}</p>}
            {one.runnerTaskId !== null && (
              <Link href={`/tasks/${one.runnerTaskId}`} className="text-ink-2 underline">
                The task that undoes it
              </Link>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}

const TONES: Record<Compensation['status'], Tone> = { registered: 'mute', running: 'run', done: 'good', failed: 'bad' }

function statusWords({ status, tries, kind }: Compensation): string {
  if (kind === 'none') return 'nothing to undo'
  const words = { registered: 'registered', running: 'being undone', done: 'undone', failed: 'not undone' }[status]
  return tries > 1 ? `${words}, ${plural(tries, 'try', 'tries')}` : words
}
