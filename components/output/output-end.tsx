import { formatClock } from '#components/look/format.ts'
import { Empty, type EmptyProps } from '#components/ui/empty.tsx'
import type { EmptyList } from '#components/ui/empty-words.ts'
import type { Attempt, Task } from '#lib/task/schema.ts'
import type { LiveOutput } from './live-output.ts'

interface OutputEndProps {
  task: Task
  attempt: Attempt | null
  output: LiveOutput
  empty: boolean
}

/** Below the last line: why nothing more comes, or that nothing came yet. */
export function OutputEnd({ task, attempt, output, empty }: OutputEndProps) {
  if (attempt === null) return <NoOutput of="output" kind="never" />
  if (!output.loaded)
    return <NoOutput of={output.failed ? 'outputAway' : 'output'} kind="unknown" late={!output.failed} />
  if (empty && output.chunks.length > 0) return <NoOutput of="output" kind="filtered" />
  if (attempt.finishedAt === null) return empty ? <NoOutput of="outputRunning" kind="never" /> : null
  if (attempt.status !== 'interrupted') return empty ? <NoOutput of="output" kind="good" /> : null
  const last = output.chunks.at(-1)
  return (
    <div className="mx-6 mt-2 border-warn-fill border-t-2 pt-2 font-sans text-12 text-warn-fg max-md:mx-4">
      <p className="flex flex-wrap gap-x-4">
        {last && <span>{formatClock(last.at, 'milliseconds')} last output</span>}
        {attempt.lastHeartbeatAt !== null && <span>{formatClock(attempt.lastHeartbeatAt)} last heartbeat</span>}
        <span>{formatClock(attempt.finishedAt)} interrupted</span>
      </p>
      {task.sealedAt === null && attempt.attempt === task.attempt && (
        <p className="pt-2 text-ink-3">Attempt {attempt.attempt + 1} would go on here.</p>
      )}
    </div>
  )
}

/** What is read at once shows no sign of waiting. */
function NoOutput<List extends EmptyList>({ late = false, ...rest }: EmptyProps<List> & { late?: boolean }) {
  return <Empty {...rest} small className={`font-sans text-13 ${late ? 'late' : ''}`} />
}
