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
import type { Act } from './task-acts.ts'
import { Button } from './ui/button.tsx'
import { Dialog } from './ui/dialog.tsx'
import { Field, TextArea } from './ui/field.tsx'
import { Kbd } from './ui/kbd.tsx'

export interface ReasonDialogProps {
  title: string
  /** What it comes to, before it is done. */
  consequence: string
  confirm: string
  label: string
  field: 'reason' | 'text'
  /** What the form says beside the words. */
  hidden: Readonly<Record<string, string>>
  action: Act
  open: boolean
  onClose: () => void
}

const LENGTH_MIN = { reason: 5, text: 1 }

/** An act that takes nothing but words. */
export default function ReasonDialog(props: ReasonDialogProps) {
  const { title, consequence, confirm, label, field, hidden, action, open, onClose } = props
  const [state, submit, pending] = useActionState(action, { status: 'idle' })
  const [short, setShort] = useState(false)
  const close = useEffectEvent(onClose)
  useEffect(() => {
    if (state.status === 'done') close()
  }, [state])
  const send = (event: FormEvent<HTMLFormElement>) => {
    // By hand, not by the form's own action: that would empty the field when the act is refused.
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const tooShort = String(form.get(field) ?? '').trim().length < LENGTH_MIN[field]
    setShort(tooShort)
    if (!tooShort) startTransition(() => submit(form))
  }
  const press = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.key !== 'Enter') return
    if (event.ctrlKey || event.metaKey) event.currentTarget.requestSubmit()
    else if (field === 'reason' && event.target instanceof HTMLTextAreaElement) event.preventDefault()
  }
  return (
    <Dialog title={title} open={open} onClose={onClose}>
      <form onSubmit={send} onKeyDown={press} className="flex min-h-0 flex-col">
        <div className="flex flex-col gap-4 overflow-y-auto px-6 py-4 max-md:px-4">
          {Object.entries(hidden).map(([name, value]) => (
            <input key={name} type="hidden" name={name} value={value} />
          ))}
          <Field label={label} id="words" error={short ? 'Five characters at least.' : null}>
            <TextArea id="words" name={field} rows={2} required autoFocus maxLength={field === 'reason' ? 500 : 4000} />
          </Field>
          {state.status === 'refused' && (
            <p role="alert" className="rounded-6 bg-bad-bg px-3 py-2 text-bad-fg">
              <span className="font-medium">Refused: {state.detail.replace(/\.$/, '')}.</span> {state.advice}
            </p>
          )}
        </div>
        <div className="flex items-center justify-end gap-2 border-line border-t px-6 py-4 max-md:flex-wrap max-md:px-4">
          <p className="mr-auto text-ink-2">{consequence}</p>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={pending}>
            {confirm}
            <Kbd on="primary">Ctrl Enter</Kbd>
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
