'use client'

import { useActionState } from 'react'
import { Button } from '#components/ui/button.tsx'
import type { Act } from './task-acts.ts'

interface ActButtonProps {
  action: Act
  hidden: Readonly<Record<string, string>>
  children: string
}

/** An act that needs no words and takes nothing away that could not be given again. */
export function ActButton({ action, hidden, children }: ActButtonProps) {
  const [state, submit, pending] = useActionState(action, { status: 'idle' })
  return (
    <form action={submit} className="inline-flex items-center gap-2">
      {Object.entries(hidden).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {state.status === 'refused' && (
        <span role="alert" className="text-bad-fg">
          Refused: {state.detail}
        </span>
      )}
      <Button size="small" type="submit" disabled={pending}>
        {children}
      </Button>
    </form>
  )
}
