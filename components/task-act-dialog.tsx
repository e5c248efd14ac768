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
import type { Task } from '#lib/task/schema.ts'
import type { Act, ActName } from './task-acts.ts'
import { Button } from './ui/button.tsx'
import { Dialog } from './ui/dialog.tsx'
import { Field, TextArea } from './ui/field.tsx'
import { Kbd } from './ui/kbd.tsx'
import { type Candidate, WorkerChoice } from './worker-choice.tsx'

interface TaskActDialogProps {
  act: ActName
  task: Task
  workers: readonly Candidate[]
  action: Act
  open: boolean
  onClose: () => void
}

const HOLD_MS = 10_000
const LENGTH_MIN = { reason: 5, text: 1 }

interface Words {
  title: string
  /** What it comes to, before it is done. */
  consequence: string
  confirm: string
  dismiss: string
  field: string
}

export default function TaskActDialog({ act, task, workers, action, open, onClose }: TaskActDialogProps) {
  const [state, submit, pending] = useActionState(action, { status: 'idle' })
  const [short, setShort] = useState(false)
  const close = useEffectEvent(onClose)
  useEffect(() => {
    if (state.status === 'done') close()
  }, [state])
  const words = wordsOf(act, task)
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
          <Field label={words.field} id="act-reason" error={short ? 'Five characters at least.' : null}>
            <TextArea
              id="act-reason"
              name={field}
              rows={2}
              required
              maxLength={act === 'note' ? 4000 : 500}
              autoFocus
              aria-invalid={short}
              aria-describedby={short ? 'act-reason-error' : undefined}
              onKeyDown={(event) => {
                // A reason is one line; a note may have several.
                if (act !== 'note' && event.key === 'Enter' && !event.ctrlKey && !event.metaKey) event.preventDefault()
              }}
            />
          </Field>
          {act === 'reassign' && task.sideEffects && <RunTwice />}
          {state.status === 'refused' && (
            <p role="alert" className="rounded-6 bg-bad-bg px-3 py-2 text-bad-fg">
              <span className="font-medium">Refused: {state.detail.replace(/\.$/, '')}.</span> {state.advice}
            </p>
          )}
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

/** A task that acts on the outside world may do so twice; somebody has to have thought of that. */
function RunTwice() {
  return (
    <label className="flex items-start gap-2">
      <input type="checkbox" required className="mt-0.5 size-4 accent-ink" />
      It acts on the outside world. I have checked that it may run twice.
    </label>
  )
}

function wordsOf(act: ActName, task: Task): Words {
  const held = task.status === 'running' || task.status === 'waiting'
  const dismiss = 'Cancel'
  switch (act) {
    case 'reassign':
      return {
        title: 'Reassign this task',
        consequence: 'Starts after 10 s. Until then you can undo it.',
        confirm: 'Reassign the task',
        dismiss,
        field: 'Reason, kept with the task',
      }
    case 'fail': {
      const final = task.retriesUsed >= task.maxRetries
      const stays = final ? 'No retry is left: it is sealed for good.' : 'A retry is left: it can still be reassigned.'
      const consequence = held ? `Its attempt ends at once. ${stays}` : stays
      return {
        title: 'Fail this task',
        consequence,
        confirm: 'Fail the task',
        dismiss,
        field: 'Reason, kept with the task',
      }
    }
    case 'cancel':
      return {
        title: 'Cancel this task',
        consequence: held ? 'Its worker is asked to stop with its next heartbeat.' : 'It is sealed for good.',
        confirm: 'Cancel the task',
        dismiss: 'Keep it',
        field: 'Reason, kept with the task',
      }
    case 'note':
      return {
        title: 'Note',
        consequence: 'Changes nothing but the history.',
        confirm: 'Add the note',
        dismiss,
        field: 'Note',
      }
  }
}
