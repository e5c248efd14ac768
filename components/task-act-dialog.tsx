'use client'

import {
  type FormEvent,
  type KeyboardEvent,
  startTransition,
  useActionState,
  useEffect,
  useEffectEvent,
  useState,
} from 'react'
import type { LateReport, Task } from '#lib/task/schema.ts'
import { actWordsOf } from './act-words.ts'
import { ReportChoice } from './report-choice.tsx'
import type { Act, ActName, ActState } from './task-acts.ts'
import { Button } from './ui/button.tsx'
import { Dialog } from './ui/dialog.tsx'
import { Field, TextArea } from './ui/field.tsx'
import { Kbd } from './ui/kbd.tsx'
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
const LENGTH_MIN = { reason: 5, text: 1 }
const LENGTH_MAX = { reason: 500, text: 4000 }

export default function TaskActDialog({ act, task, workers, reports, action, open, onClose }: TaskActDialogProps) {
  const [state, submit, pending] = useActionState(action, { status: 'idle' })
  const [short, setShort] = useState(false)
  const close = useEffectEvent(onClose)
  useEffect(() => {
    if (state.status === 'done') close()
  }, [state])
  const words = actWordsOf(act, task)
  const field = act === 'note' ? 'text' : 'reason'
  const send = (event: FormEvent<HTMLFormElement>) => {
    // By hand, not by the form's own action: that would empty the fields when the act is refused.
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const tooShort = String(form.get(field) ?? '').trim().length < LENGTH_MIN[field]
    setShort(tooShort)
    if (!tooShort) startTransition(() => submit(form))
  }
  const confirm = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit()
  }
  return (
    <Dialog title={words.title} open={open} onClose={onClose}>
      <form onSubmit={send} onKeyDown={confirm} className="flex min-h-0 flex-col">
        <div className="flex flex-col gap-4 overflow-y-auto px-6 py-4 max-md:px-4">
          <p className="truncate text-ink-2">{task.title}</p>
          <input type="hidden" name="taskId" value={task.id} />
          {act === 'reassign' && <input type="hidden" name="holdMs" value={HOLD_MS} />}
          {act === 'reassign' && <WorkerChoice task={task} workers={workers} />}
          {act === 'adopt' && <ReportChoice reports={reports} />}
          <Reason label={words.field} name={field} short={short} />
          {act === 'reassign' && task.sideEffects && <RunTwice />}
          <Refusal state={state} />
        </div>
        <div className="flex items-center justify-end gap-2 border-line border-t px-6 py-4 max-md:flex-wrap max-md:px-4">
          <p className="mr-auto text-ink-2">{words.consequence}</p>
          <Button onClick={onClose}>{words.dismiss}</Button>
          <Button kind="primary" type="submit" disabled={pending}>
            {words.confirm}
            <Kbd on="primary">Ctrl Enter</Kbd>
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface ReasonProps {
  label: string
  name: keyof typeof LENGTH_MIN
  short: boolean
}

/** A reason is one line; a note may have several. */
function Reason({ label, name, short }: ReasonProps) {
  const keepOneLine = (event: KeyboardEvent) => {
    if (name === 'reason' && event.key === 'Enter' && !event.ctrlKey && !event.metaKey) event.preventDefault()
  }
  return (
    <Field label={label} id="act-reason" error={short ? 'Five characters at least.' : null}>
      <TextArea
        id="act-reason"
        name={name}
        rows={2}
        required
        maxLength={LENGTH_MAX[name]}
        autoFocus
        aria-invalid={short}
        aria-describedby={short ? 'act-reason-error' : undefined}
        onKeyDown={keepOneLine}
      />
    </Field>
  )
}

/** What the server met, and what would work. */
function Refusal({ state }: { state: ActState }) {
  if (state.status !== 'refused') return null
  return (
    <p role="alert" className="rounded-6 bg-bad-bg px-3 py-2 text-bad-fg">
      <span className="font-medium">Refused: {state.detail.replace(/\.$/, '')}.</span> {state.advice}
    </p>
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
