'use client'

import type { LateReport, Task } from '#lib/task/schema.ts'
import { actWordsOf } from './act-words.ts'
import { ReasonForm } from './reason-form.tsx'
import { ReportChoice } from './report-choice.tsx'
import type { Act, ActName } from './task-acts.ts'
import { type Candidate, WorkerChoice } from './worker-choice.tsx'

interface TaskActDialogProps {
  act: ActName
  task: Task
  workers: readonly Candidate[]
  reports: readonly LateReport[]
  action: Act
  open: boolean
  onClose: () => void
}

const HOLD_MS = 10_000

export default function TaskActDialog({ act, task, workers, reports, ...dialog }: TaskActDialogProps) {
  const { title, field: label, consequence, confirm, dismiss } = actWordsOf(act, task)
  return (
    <ReasonForm
      {...{ title, label, consequence, confirm, dismiss, ...dialog }}
      field={act === 'note' ? 'text' : 'reason'}
      before={
        <>
          <p className="truncate text-ink-2">{task.title}</p>
          <input type="hidden" name="taskId" value={task.id} />
          {act === 'reassign' && <input type="hidden" name="holdMs" value={HOLD_MS} />}
          {act === 'reassign' && <WorkerChoice requires={task.requires} workers={workers} />}
          {act === 'adopt' && <ReportChoice reports={reports} />}
        </>
      }
      after={act === 'reassign' && task.sideEffects && <RunTwice />}
    />
  )
}

/** A task that acts on the outside world may do so twice; somebody has to have thought of that. */
function RunTwice() {
  return (
    <label className="flex items-start gap-2">
      <input type="checkbox" required className="mt-0.5 size-4 accent-ink" />
      It acts on the outside world. I have checked that it may run twice.
    </label>
  )
}
