import type { Compensation, Task } from '#lib/task/schema.ts'
import { JsonView } from './json-view.tsx'
import { Moment } from './time.tsx'

interface PayloadPanelProps {
  task: Task
  compensations: readonly Compensation[]
}

/** What the task was given, what it left behind, and what would undo it. */
export function PayloadPanel({ task, compensations }: PayloadPanelProps) {
  return (
    <div className="flex flex-1 flex-col gap-5 overflow-y-auto px-6 py-4 max-md:px-4">
      {task.payload === null ? (
        <p className="text-ink-3">It was given no payload.</p>
      ) : (
        <JsonView name="Payload" value={task.payload} />
      )}
      {task.artifacts !== null && <JsonView name="Artifacts" value={task.artifacts} />}
      <section aria-label="Compensations">
        <h3 className="font-medium text-12 text-ink-2">Compensations</h3>
        {compensations.length === 0 && (
          <p className="pt-1 text-ink-3">
            {task.sideEffects ? 'None is registered, though it acts on the outside world.' : 'None is registered.'}
          </p>
        )}
        <ul>
          {compensations.map((one) => (
            <li key={one.id} className="flex gap-4 border-line border-b py-1.5">
              <span className="mono">{one.kind}</span>
              <span className="min-w-0 flex-1 truncate">{one.target}</span>
              <span className="text-ink-2">{one.status}</span>
              <Moment at={one.createdAt} className="text-ink-3" />
            </li>
          ))}
        </ul>
      </section>
    </div>
  )
}
