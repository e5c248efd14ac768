'use client'

import { useRouter } from 'next/navigation'
import { type FormEvent, useState, useTransition } from 'react'
import { roleRefusal } from '#components/acts/task-acts.ts'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { Field, Input } from '#components/ui/field.tsx'
import type { Role } from '#lib/task/schema.ts'
import type { View } from '#lib/task/view.ts'
import { wordsOf } from './query-words.ts'
import { SavedView, type Send, type ViewActions } from './saved-view.tsx'
import type { Filters } from './task-query.ts'

export interface ViewsDialogProps {
  filters: Filters
  views: readonly View[]
  role: Role
  actions: ViewActions
  open: boolean
  onClose: () => void
}

const NAME_MAX = 60

export default function ViewsDialog({ filters, views, role, actions, open, onClose }: ViewsDialogProps) {
  const router = useRouter()
  const [problem, setProblem] = useState<string | null>(null)
  const [pending, startTransition] = useTransition()
  const send: Send = (action, command, done) =>
    startTransition(async () => {
      const answer = await action(command)
      setProblem(answer.status === 'refused' ? `Refused: ${answer.detail} ${answer.advice}` : null)
      if (answer.status === 'refused') return
      done?.()
      router.refresh()
    })
  return (
    <Dialog title="Views" open={open} onClose={onClose}>
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-6 pt-3 pb-5 max-md:px-4">
        <NewView
          filters={filters}
          role={role}
          pending={pending}
          onSave={(view, done) => send(actions.save, view, done)}
        />
        {problem !== null && (
          <p role="alert" className="rounded-6 bg-bad-bg px-3 py-2 text-bad-fg">
            {problem}
          </p>
        )}
        {views.length > 0 && (
          <ul aria-label="Saved views" className="border-line border-t">
            {views.map((view) => (
              <SavedView key={view.id} view={view} role={role} actions={actions} send={send} pending={pending} />
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  )
}

interface NewViewProps {
  filters: Filters
  role: Role
  pending: boolean
  onSave: (view: { name: string; filters: Filters; shared: boolean }, done: () => void) => void
}

function NewView({ filters, role, pending, onSave }: NewViewProps) {
  const refusal = roleRefusal('Sharing', role)
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const given = new FormData(form)
    const name = String(given.get('name') ?? '').trim()
    onSave({ name, filters, shared: given.get('shared') === 'on' }, () => form.reset())
  }
  return (
    <form onSubmit={save} className="flex flex-col gap-3">
      <p className="text-ink-2">
        What is shown now: <span className="mono text-ink">{wordsOf(filters)}</span>
      </p>
      <Field label="Name" id="view-name">
        <Input id="view-name" name="name" required maxLength={NAME_MAX} autoFocus autoComplete="off" />
      </Field>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <label className="flex items-center gap-2">
          <input type="checkbox" name="shared" disabled={refusal !== null} className="size-4 accent-ink" />
          {refusal ?? 'Share it with everybody'}
        </label>
        <Button kind="primary" type="submit" disabled={pending}>
          Save the view
        </Button>
      </div>
    </form>
  )
}
