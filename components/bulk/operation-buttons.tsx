'use client'

import { useRouter } from 'next/navigation'
import { useActionState, useState, useTransition } from 'react'
import type { CallAction } from '#components/acts/call-action.ts'
import { type Act, roleRefusal } from '#components/acts/task-acts.ts'
import { formatCount } from '#components/look/format.ts'
import { Button } from '#components/ui/button.tsx'
import { Tooltip } from '#components/ui/tooltip.tsx'
import type { BulkOperation, Role } from '#lib/task/schema.ts'

interface OperationButtonsProps {
  operation: BulkOperation
  role: Role
  actions: { abort: Act; retry: CallAction<BulkOperation> }
}

export function OperationButtons({ operation, role, actions }: OperationButtonsProps) {
  const { failed, skipped, status } = operation
  const refusal = roleRefusal('This', role)
  if (refusal !== null) return <Refused status={status} refusal={refusal} />
  if (status === 'running') return <Stop operation={operation} abort={actions.abort} />
  return (
    <>
      {failed > 0 && <Retry operation={operation} of="failed" retry={actions.retry} />}
      {skipped > 0 && <Retry operation={operation} of="skipped" retry={actions.retry} />}
    </>
  )
}

function Refused({ status, refusal }: { status: BulkOperation['status']; refusal: string }) {
  return (
    <Tooltip text={refusal}>
      <Button aria-disabled>{status === 'running' ? 'Stop' : 'Try again'}</Button>
    </Tooltip>
  )
}

function Stop({ operation, abort }: { operation: BulkOperation; abort: Act }) {
  const [state, submit, pending] = useActionState(abort, { status: 'idle' })
  return (
    <form action={submit} className="flex items-center gap-3">
      <Problem text={state.status === 'refused' ? state.detail : null} />
      <input type="hidden" name="operationId" value={operation.id} />
      <Button kind="primary" type="submit" disabled={pending}>
        Stop
      </Button>
    </form>
  )
}

interface RetryProps {
  operation: BulkOperation
  of: 'failed' | 'skipped'
  retry: CallAction<BulkOperation>
}

/** A new operation with the same reason, over what this one left. */
function Retry({ operation, of, retry }: RetryProps) {
  const router = useRouter()
  const [pending, startTransition] = useTransition()
  const [problem, setProblem] = useState<string | null>(null)
  const begin = () =>
    startTransition(async () => {
      const answer = await retry({ operationId: operation.id, of })
      if (answer.status === 'refused') setProblem(answer.detail)
      else router.push(`/operations/${answer.value.id}`)
    })
  return (
    <span className="flex items-center gap-3">
      <Problem text={problem} />
      <Button onClick={begin} disabled={pending}>
        Try the {formatCount(operation[of])} {of} again
      </Button>
    </span>
  )
}

function Problem({ text }: { text: string | null }) {
  return (
    text !== null && (
      <span role="alert" className="text-12 text-bad-fg">
        Refused: {text}
      </span>
    )
  )
}
