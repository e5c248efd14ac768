'use client'

import { useRouter } from 'next/navigation'
import { type FormEvent, type KeyboardEvent, useEffect, useEffectEvent, useState, useTransition } from 'react'
import { BULK_WORDS, confirmWords } from '#components/look/bulk-words.ts'
import { formatCount, plural } from '#components/look/format.ts'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { Field, Input, TextArea } from '#components/ui/field.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import type { BulkOperation, OperationAction } from '#lib/task/schema.ts'
import { BulkPreview } from './bulk-preview.tsx'
import type { BulkActions, Scope } from './bulk-scope.ts'
import { BulkWorkerChoice } from './bulk-worker-choice.tsx'

interface BulkDialogProps {
  action: OperationAction
  scope: Scope
  actions: BulkActions
  open: boolean
  onClose: () => void
  /** Called once the act is ordered, before its page opens. */
  onOrdered: () => void
  title?: string
}

const START_AFTER_MS = 10_000
const REASON_MIN = 5
/** Above this many a person types the number. */
const TYPED_ABOVE = 100

type Preview = { operation: BulkOperation } | { refused: string } | null

/** First what would happen, by a dry run of the same code; then why; then the act. */
export default function BulkDialog({ action, scope, actions, open, onClose, onOrdered, title }: BulkDialogProps) {
  const router = useRouter()
  const [preview, setPreview] = useState<Preview>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [pending, startTransition] = useTransition()
  const [workerId, setWorkerId] = useState<string | null>(null)
  const order = { action, ...scope, ...(workerId && { workerId }) }
  const rehearse = useEffectEvent(async (chosen: string | null) => {
    const answer = await actions.run({ ...order, reason: 'dry run', dryRun: true })
    // Somebody else was chosen meanwhile, and is being asked for.
    if (chosen !== workerId) return
    setPreview(
      answer.status === 'done' ? { operation: answer.value } : { refused: `${answer.detail} ${answer.advice}` },
    )
  })
  useEffect(() => void rehearse(workerId), [workerId])
  const choose = (chosen: string | null) => {
    setPreview(null)
    setWorkerId(chosen)
  }
  const changes = preview && 'operation' in preview ? preview.operation.changed : 0
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const reason = String(form.get('reason') ?? '').trim()
    const wrong = problemOf(reason, String(form.get('typed') ?? ''), changes)
    setProblem(wrong)
    if (wrong !== null) return
    startTransition(async () => {
      const answer = await actions.run({ ...order, reason, startAfterMs: START_AFTER_MS })
      if (answer.status === 'refused') return setProblem(`Refused: ${answer.detail} ${answer.advice}`)
      onOrdered()
      router.push(`/operations/${answer.value.id}`)
    })
  }
  const confirm = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit()
  }
  return (
    <Dialog title={title ?? titleOf(action, scope, preview)} open={open} onClose={onClose}>
      <form onSubmit={send} onKeyDown={confirm} className="flex min-h-0 flex-col">
        <div className="flex flex-col gap-4 overflow-y-auto px-6 py-4 max-md:px-4">
          <BulkPreview action={action} preview={preview} />
          {action === 'reassign' && <BulkWorkerChoice onChange={choose} />}
          <Reason action={action} />
          {action === 'reassign' && <RunTwice preview={preview} />}
          {changes > TYPED_ABOVE && <Typed action={action} count={changes} />}
          {problem !== null && (
            <p role="alert" className="rounded-6 bg-bad-bg px-3 py-2 text-bad-fg">
              {problem}
            </p>
          )}
        </div>
        <div className="flex items-center justify-end gap-2 border-line border-t px-6 py-4 max-md:flex-wrap max-md:px-4">
          <p className="mr-auto text-ink-2">Starts after 10 s. Until then you can stop it.</p>
          <Button onClick={onClose}>{action === 'cancel' ? 'Keep them' : 'Cancel'}</Button>
          <Button kind="primary" type="submit" disabled={pending || changes === 0}>
            {confirmWords(action, changes)}
            <Kbd on="primary">Ctrl Enter</Kbd>
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function titleOf(action: OperationAction, scope: Scope, preview: Preview): string {
  const { verb } = BULK_WORDS[action]
  const count = scope.ids?.length ?? (preview && 'operation' in preview ? preview.operation.total : null)
  return count === null ? `${verb} all matching tasks` : `${verb} ${plural(count, 'task')}`
}

function problemOf(reason: string, typed: string, changes: number): string | null {
  if (reason.length < REASON_MIN) return 'Five characters at least, so that it still says something next month.'
  if (changes > TYPED_ABOVE && typed.replaceAll(/\D/g, '') !== String(changes)) {
    return `Type ${formatCount(changes)} to show that this many are meant.`
  }
  return null
}

function Reason({ action }: { action: OperationAction }) {
  const keepOneLine = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) event.preventDefault()
  }
  const label = action === 'note' ? 'Note, kept with every task' : 'Reason, kept with every task'
  return (
    <Field label={label} id="bulk-reason">
      <TextArea id="bulk-reason" name="reason" rows={2} maxLength={500} required autoFocus onKeyDown={keepOneLine} />
    </Field>
  )
}

function Typed({ action, count }: { action: OperationAction; count: number }) {
  const label = `Type ${count} to ${BULK_WORDS[action].verb.toLowerCase()} all of them. Later ones are left alone.`
  return (
    <Field label={label} id="bulk-typed">
      <Input id="bulk-typed" name="typed" inputMode="numeric" autoComplete="off" required className="mono" />
    </Field>
  )
}

/** Tasks that act on the outside world may do so twice; somebody has to have thought of that. */
function RunTwice({ preview }: { preview: Preview }) {
  if (preview === null || !('operation' in preview) || preview.operation.sideEffects === 0) return null
  const { sideEffects, total } = preview.operation
  return (
    <label className="flex items-start gap-2">
      <input type="checkbox" required className="mt-0.5 size-4 accent-ink" />
      {formatCount(sideEffects)} of the {formatCount(total)} act on the outside world. I have checked that they may run
      twice.
    </label>
  )
}
