'use client'

import { ReasonButton } from '#components/acts/reason-button.tsx'
import { type Act, roleRefusal } from '#components/acts/task-acts.ts'
import { plural } from '#components/look/format.ts'
import type { Role, Worker, WorkerState } from '#lib/task/schema.ts'

interface WorkerButtonsProps {
  worker: Worker
  role: Role
  actions: Record<'drain' | 'resume' | 'declareDead', Act>
}

/** Drain, resume, and the last word on a worker that will not come back. */
export function WorkerButtons({ worker, role, actions }: WorkerButtonsProps) {
  const { id, state, held } = worker
  const hidden = { workerId: id }
  const common = { field: 'reason', label: 'Reason, kept with the worker', hidden } as const
  const draining = state === 'draining'
  return (
    <>
      <ReasonButton
        {...common}
        title={draining ? 'Resume this worker' : 'Drain this worker'}
        consequence={draining ? 'It is given work again.' : 'It finishes what it holds, and is given nothing new.'}
        confirm={draining ? 'Resume the worker' : 'Drain the worker'}
        action={draining ? actions.resume : actions.drain}
        refusal={refusalOf(draining ? 'Resume' : 'Drain', state, role)}
      >
        {draining ? 'Resume…' : 'Drain…'}
      </ReasonButton>
      <ReasonButton
        {...common}
        title="Declare this worker dead"
        consequence={deathOf(held)}
        confirm="Declare it dead"
        action={actions.declareDead}
        refusal={refusalOf('Declare dead', state, role)}
      >
        Declare dead…
      </ReasonButton>
    </>
  )
}

function refusalOf(act: string, state: WorkerState, role: Role): string | null {
  const byRole = roleRefusal(act, role)
  if (byRole !== null) return byRole
  if (state === 'alive' || state === 'draining') return null
  return `${act} is refused: this worker is ${state}. A process that comes back registers as a new worker.`
}

/** What it comes to, before it is done. */
function deathOf(held: number): string {
  if (held === 0) return 'It holds nothing. Should it come back, it can overwrite nothing.'
  return `${plural(held, 'task')} that it holds ${held === 1 ? 'is' : 'are'} interrupted at once. Should it come back, it can overwrite nothing.`
}
