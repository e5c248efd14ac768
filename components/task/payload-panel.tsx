import { Empty } from '#components/ui/empty.tsx'
import { JsonView } from '#components/ui/json-view.tsx'
import type { Call } from '#components/ui/use-call.ts'
import type { Compensation, Task, Unmasked } from '#lib/task/schema.ts'
import { CompensationList } from './compensation-list.tsx'
import { UnmaskPanel } from './unmask-panel.tsx'

interface PayloadPanelProps {
  task: Task
  compensations: readonly Compensation[]
  /** How an admin sees what is masked, where anything is. */
  unmask: Call<Unmasked> | null
}

/** What the task was given, what it left behind, and what would undo it. */
export function PayloadPanel({ task, compensations, unmask }: PayloadPanelProps) {
  return (
    <div className="flex flex-1 flex-col gap-5 overflow-y-auto px-6 py-4 max-md:px-4">
      {task.payload === null ? (
        <Empty of="payload" kind="never" small className="-mx-6 max-md:-mx-4" />
      ) : (
        <JsonView name="Payload" value={task.payload} />
      )}
      {unmask !== null && <UnmaskPanel taskId={task.id} unmask={unmask} />}
      {task.artifacts !== null && <JsonView name="Artifacts" value={task.artifacts} />}
      {Object.keys(task.labels).length > 0 && <JsonView name="Labels" value={task.labels} />}
      <CompensationList task={task} compensations={compensations} />
    </div>
  )
}
