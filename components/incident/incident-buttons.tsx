'use client'

import { Suspense, useActionState, useState } from 'react'
import { ReasonButton } from '#components/acts/reason-button.tsx'
import { type Act, roleRefusal } from '#components/acts/task-acts.ts'
import type { BulkActions } from '#components/bulk/bulk-scope.ts'
import { plural } from '#components/look/format.ts'
import { Button } from '#components/ui/button.tsx'
import { useKeys } from '#components/ui/keys.ts'
import { later } from '#components/ui/later.ts'
import { Tooltip } from '#components/ui/tooltip.tsx'
import type { Incident, OperationAction, Role } from '#lib/task/schema.ts'

const BulkDialog = later(() => import('#components/bulk/bulk-dialog.tsx'))

interface IncidentButtonsProps {
  incident: Incident
  role: Role
  person: string
  actions: Record<'take' | 'drop' | 'note' | 'resolve', Act>
  bulk: BulkActions
}

type Bulk = Extract<OperationAction, 'reassign' | 'fail'>

/** What an operator does about an incident, the most likely first. */
export function IncidentButtons({ incident, role, person, actions, bulk }: IncidentButtonsProps) {
  const { id, open, owner, resolvedAt } = incident
  const refusal = roleRefusal('This', role)
  const over = resolvedAt === null ? null : 'Refused: the incident is resolved.'
  const nothing = open === 0 ? 'Nothing of it is open.' : null
  const hidden = { incidentId: id }
  const undone = open > 0 ? `Resolve is refused: ${plural(open, 'task is', 'tasks are')} open.` : null
  return (
    <>
      <BulkButtons incident={incident} refusal={refusal ?? nothing} bulk={bulk} />
      <Press
        action={owner === person ? actions.drop : actions.take}
        hidden={hidden}
        refusal={refusal ?? over}
        name={owner === person ? 'Hand back' : 'Take'}
      />
      <ReasonButton
        title="Note on the incident"
        consequence="Changes nothing but the history."
        confirm="Add the note"
        label="Note"
        field="text"
        hidden={hidden}
        action={actions.note}
        refusal={refusal}
        shortcut="n"
      >
        Note…
      </ReasonButton>
      <ReasonButton
        title="Resolve the incident"
        consequence="Nobody needs to look at it any more."
        confirm="Resolve the incident"
        label="What it was, kept with the incident"
        field="reason"
        hidden={hidden}
        action={actions.resolve}
        refusal={refusal ?? over ?? undone}
      >
        {undone && over === null ? `Resolve: ${plural(open, 'task is', 'tasks are')} open` : 'Resolve…'}
      </ReasonButton>
    </>
  )
}

const RECOVERABLE = { status: 'interrupted,failed' }

function BulkButtons({ incident, refusal, bulk }: { incident: Incident; refusal: string | null; bulk: BulkActions }) {
  const [opened, setOpened] = useState<{ action: Bulk; times: number } | null>(null)
  const [isOpen, setOpen] = useState(false)
  const open = (action: Bulk) => {
    if (refusal !== null) return
    setOpened((before) => ({ action, times: (before?.times ?? 0) + 1 }))
    setOpen(true)
  }
  useKeys({ a: () => open('reassign'), f: () => open('fail') })
  return (
    <>
      <Refusable refusal={refusal}>
        <Button kind="primary" aria-disabled={refusal !== null} onClick={() => open('reassign')}>
          Reassign all recoverable…
        </Button>
      </Refusable>
      <Refusable refusal={refusal}>
        <Button aria-disabled={refusal !== null} onClick={() => open('fail')}>
          Fail all…
        </Button>
      </Refusable>
      {opened && (
        <Suspense>
          <BulkDialog
            key={opened.times}
            action={opened.action}
            title={opened.action === 'reassign' ? 'Reassign what this incident left' : 'Fail what this incident left'}
            scope={{ filter: { ...RECOVERABLE, incident: incident.id } }}
            actions={bulk}
            open={isOpen}
            onClose={() => setOpen(false)}
            onOrdered={() => {}}
          />
        </Suspense>
      )}
    </>
  )
}

function Refusable({ refusal, children }: { refusal: string | null; children: React.ReactElement }) {
  return refusal === null ? children : <Tooltip text={refusal}>{children}</Tooltip>
}

interface PressProps {
  action: Act
  hidden: Readonly<Record<string, string>>
  refusal: string | null
  name: string
}

/** An act that takes no words: one press. */
function Press({ action, hidden, refusal, name }: PressProps) {
  const [state, submit, pending] = useActionState(action, { status: 'idle' })
  return (
    <form action={submit} className="flex items-center gap-2">
      {Object.entries(hidden).map(([field, value]) => (
        <input key={field} type="hidden" name={field} value={value} />
      ))}
      {state.status === 'refused' && (
        <span role="alert" className="text-12 text-bad-fg">
          Refused: {state.detail}
        </span>
      )}
      <Refusable refusal={refusal}>
        <Button type={refusal === null ? 'submit' : 'button'} disabled={pending} aria-disabled={refusal !== null}>
          {name}
        </Button>
      </Refusable>
    </form>
  )
}
