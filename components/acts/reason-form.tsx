'use client'

import {
  type FormEvent,
  type KeyboardEvent,
  type ReactNode,
  startTransition,
  useActionState,
  useEffect,
  useEffectEvent,
  useState,
} from 'react'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { Field, TextArea } from '#components/ui/field.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import type { Act, ActState } from './task-acts.ts'

/** A reason is one line; a note may have several. */
const LENGTHS = { reason: { min: 5, max: 500 }, text: { min: 1, max: 4000 } }

export interface ReasonFormProps {
  title: string
  label: string
  field: keyof typeof LENGTHS
  /** What it comes to, before it is done. */
  consequence: string
  confirm: string
  dismiss?: string
  action: Act
  open: boolean
  onClose: () => void
  /** What the form says or asks before the words, and after them. */
  before: ReactNode
  after?: ReactNode
}

/** The dialog of every act that asks why. It closes once the act is done, and says why it was refused. */
export function ReasonForm(props: ReasonFormProps) {
  const { title, label, field, consequence, confirm, dismiss = 'Cancel', action, open, onClose, before, after } = props
  const [state, submit, pending] = useActionState(action, { status: 'idle' })
  const [short, setShort] = useState(false)
  const close = useEffectEvent(onClose)
  useEffect(() => {
    if (state.status === 'done') close()
  }, [state])
  const send = (event: FormEvent<HTMLFormElement>) => {
    // By hand, not by the form's own action: that would empty the fields when the act is refused.
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const tooShort = String(form.get(field) ?? '').trim().length < LENGTHS[field].min
    setShort(tooShort)
    if (!tooShort) startTransition(() => submit(form))
  }
  const sendByKey = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit()
  }
  return (
    <Dialog title={title} open={open} onClose={onClose}>
      <form onSubmit={send} onKeyDown={sendByKey} className="flex min-h-0 flex-col">
        <div className="flex flex-col gap-4 overflow-y-auto px-6 py-4 max-md:px-4">
          {before}
          <Words label={label} name={field} short={short} />
          {after}
          <Refusal state={state} />
        </div>
        <div className="flex items-center justify-end gap-2 border-line border-t px-6 py-4 max-md:flex-wrap max-md:px-4">
          <p className="mr-auto text-ink-2">{consequence}</p>
          <Button onClick={onClose}>{dismiss}</Button>
          <Button kind="primary" type="submit" disabled={pending}>
            {confirm}
            <Kbd on="primary">Ctrl Enter</Kbd>
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface WordsProps {
  label: string
  name: keyof typeof LENGTHS
  short: boolean
}

function Words({ label, name, short }: WordsProps) {
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
        maxLength={LENGTHS[name].max}
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
