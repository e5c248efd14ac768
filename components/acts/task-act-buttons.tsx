'use client'

import { ArrowRightLeft, Ban, type LucideIcon, MessageSquare, Undo2, X } from 'lucide-react'
import { Suspense, useActionState, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { useKeys } from '#components/ui/keys.ts'
import { later } from '#components/ui/later.ts'
import { Tooltip } from '#components/ui/tooltip.tsx'
import type { Role, Task } from '#lib/task/schema.ts'
import { MoreActs } from './more-acts.tsx'
import { type ActFacts, type ActName, type MAIN_ACTS, refusalOf, roleRefusal, type TaskActions } from './task-acts.ts'
import type { Candidate } from './worker-choice.tsx'

const TaskActDialog = later(() => import('./task-act-dialog.tsx'))

const ACTS: readonly { act: (typeof MAIN_ACTS)[number]; name: string; key: string; icon: LucideIcon }[] = [
  { act: 'reassign', name: 'Reassign…', key: 'a', icon: ArrowRightLeft },
  { act: 'fail', name: 'Fail…', key: 'f', icon: X },
  { act: 'cancel', name: 'Cancel…', key: 'c', icon: Ban },
  { act: 'note', name: 'Note…', key: 'n', icon: MessageSquare },
]

interface TaskActButtonsProps {
  task: Task
  role: Role
  facts: ActFacts
  workers: readonly Candidate[]
  actions: TaskActions
}

/** The acts, each with its key. A refused one stays in its place and says why; on a phone they stick to the edge. */
export function TaskActButtons({ task, role, facts, workers, actions }: TaskActButtonsProps) {
  const [opened, setOpened] = useState<{ act: ActName; times: number } | null>(null)
  const [isOpen, setOpen] = useState(false)
  const open = (act: ActName) => {
    if (refusalOf(act, task, role, facts) !== null) return
    setOpened((before) => ({ act, times: (before?.times ?? 0) + 1 }))
    setOpen(true)
  }
  useKeys(Object.fromEntries(ACTS.map(({ act, key }) => [key, () => open(act)])))
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 max-md:fixed max-md:inset-x-0 max-md:bottom-0 max-md:z-20 max-md:border-line max-md:border-t max-md:bg-bg max-md:px-4 max-md:py-3">
      {task.undoable && <UndoButton task={task} undo={actions.undo} refusal={roleRefusal('Undo', role)} />}
      {ACTS.map(({ act, name, icon: Icon }) => (
        <ActButton
          key={act}
          name={name}
          icon={<Icon size={16} strokeWidth={1.5} absoluteStrokeWidth aria-hidden className="max-md:hidden" />}
          primary={act === 'reassign' && !task.undoable}
          refusal={refusalOf(act, task, role, facts)}
          onPress={() => open(act)}
        />
      ))}
      <MoreActs refusalOf={(act) => refusalOf(act, task, role, facts)} onPress={open} />
      {opened && (
        <Suspense>
          <TaskActDialog
            key={opened.times}
            act={opened.act}
            task={task}
            workers={workers}
            reports={facts.lateReports}
            action={actions[opened.act]}
            open={isOpen}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </div>
  )
}

interface ActButtonProps {
  name: string
  icon: React.ReactNode
  primary: boolean
  refusal: string | null
  onPress: () => void
}

function ActButton({ name, icon, primary, refusal, onPress }: ActButtonProps) {
  const button = (
    <Button
      kind={primary ? 'primary' : 'plain'}
      icon={icon}
      onClick={onPress}
      aria-disabled={refusal !== null}
      className="max-md:h-11 max-md:flex-auto max-md:px-2"
    >
      {name}
    </Button>
  )
  return refusal === null ? button : <Tooltip text={refusal}>{button}</Tooltip>
}

interface UndoButtonProps {
  task: Task
  undo: TaskActions['undo']
  refusal: string | null
}

/** Until a worker starts it, a reassignment can be taken back with one press. */
function UndoButton({ task, undo, refusal }: UndoButtonProps) {
  const [state, submit, pending] = useActionState(undo, { status: 'idle' })
  const button = (
    <Button
      kind="primary"
      type={refusal === null ? 'submit' : 'button'}
      disabled={pending}
      aria-disabled={refusal !== null}
      icon={<Undo2 size={16} strokeWidth={1.5} absoluteStrokeWidth aria-hidden />}
      className="max-md:h-11"
    >
      Undo
    </Button>
  )
  return (
    <form action={submit} className="flex items-center gap-3">
      {state.status === 'refused' && (
        <p role="alert" className="text-12 text-bad-fg">
          Refused: {state.detail}
        </p>
      )}
      <input type="hidden" name="taskId" value={task.id} />
      {refusal === null ? button : <Tooltip text={refusal}>{button}</Tooltip>}
    </form>
  )
}
