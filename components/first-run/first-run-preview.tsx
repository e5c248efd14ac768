import { StatusIcon } from '#components/look/status-icon.tsx'
import { STATUS_LOOKS, StatusWord } from '#components/look/task-status.tsx'
import type { TaskStatus } from '#lib/task/states.ts'

const LINES: readonly { when: string; status: TaskStatus; what: string }[] = [
  { when: '1', status: 'running', what: 'held by your shell, heartbeat every 5 s' },
  { when: '2', status: 'interrupted', what: 'proven: the process is gone' },
  { when: '+10 s', status: 'assigned', what: 'to any worker with the skill' },
  { when: '3', status: 'success', what: 'attempt 2, sealed' },
]

/** The states that a first task goes through, each beside the step that causes it. */
export function FirstRunPreview() {
  return (
    <ul>
      <li className="grid h-9 grid-cols-[52px_112px_1fr] items-center border-line border-b">
        <span className="mono text-ink-3">now</span>
        <span className="col-span-2 flex items-center gap-1.5 text-ink-3">
          <StatusIcon shape="dashed-circle" /> Waiting for the first task
        </span>
      </li>
      {LINES.map(({ when, status, what }) => (
        <li key={status} className="grid h-9 grid-cols-[52px_112px_1fr] items-center border-line border-b">
          <span className="mono text-ink-3">{when}</span>
          <StatusWord look={STATUS_LOOKS[status]} />
          <span className="truncate text-ink-3">{what}</span>
        </li>
      ))}
    </ul>
  )
}
