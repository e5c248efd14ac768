'use client'

import { Suspense, useState } from 'react'
import { roleRefusal } from '#components/acts/task-acts.ts'
import { BULK_ACTIONS, BULK_WORDS } from '#components/look/bulk-words.ts'
import { useClock } from '#components/look/clock.tsx'
import { formatClock } from '#components/look/format.ts'
import type { Filters } from '#components/query/task-query.ts'
import { Kbd } from '#components/ui/kbd.tsx'
import { useKeys } from '#components/ui/keys.ts'
import { later } from '#components/ui/later.ts'
import { Tooltip } from '#components/ui/tooltip.tsx'
import type { OperationAction, Role } from '#lib/task/schema.ts'
import { type BulkActions, countWords, scopeOf } from './bulk-scope.ts'
import { countOf, type Selecting } from './selection.ts'

const BulkDialog = later(() => import('./bulk-dialog.tsx'))

interface SelectionBarProps {
  selection: Selecting
  filters: Filters
  page: readonly string[]
  /** Whether more match than the page holds, so that the rest can be offered. */
  hasMore: boolean
  role: Role
  actions: BulkActions
}

const ITEM =
  'touch flex h-8 shrink-0 items-center gap-2 rounded-6 px-2.5 font-medium hover:bg-dock-ink/15 aria-disabled:opacity-55'

/** Takes the pager's place while something is chosen: it covers no row and moves nothing. */
export default function SelectionBar({ selection, filters, page, hasMore, role, actions }: SelectionBarProps) {
  const [opened, setOpened] = useState<{ action: OperationAction; times: number } | null>(null)
  const [isOpen, setOpen] = useState(false)
  const count = countOf(selection)
  const pageChosen = page.every((id) => selection.ids.has(id))
  const refusal = roleRefusal('This', role)
  const open = (action: OperationAction) => {
    if (refusal !== null) return
    setOpened((before) => ({ action, times: (before?.times ?? 0) + 1 }))
    setOpen(true)
  }
  useKeys({
    ...Object.fromEntries(BULK_ACTIONS.map((action) => [BULK_WORDS[action].key, () => open(action)])),
    Escape: selection.clear,
  })
  return (
    <div
      role="toolbar"
      aria-label="Selected tasks"
      className="sticky bottom-0 z-10 mt-auto flex h-12 items-center gap-1 overflow-x-auto bg-dock px-6 text-dock-ink max-md:h-14 max-md:px-2"
    >
      <p aria-live="polite" className="shrink-0 px-1 font-semibold">
        {countWords(count)} selected
        {selection.everything && <span className="font-normal"> at {formatClock(selection.everything.asOf)}</span>}
      </p>
      {selection.everything === null && !pageChosen && (
        <button type="button" onClick={() => selection.setPage(page, true)} className={`${ITEM} underlined`}>
          Select the page
        </button>
      )}
      {selection.everything === null && pageChosen && hasMore && (
        <ChooseAll selection={selection} filters={filters} actions={actions} />
      )}
      <span aria-hidden className="mx-2 h-5 w-px shrink-0 bg-dock-ink/30" />
      {BULK_ACTIONS.map((action) => (
        <BarButton key={action} action={action} refusal={refusal} onPress={() => open(action)} />
      ))}
      <span aria-hidden className="mx-2 h-5 w-px shrink-0 bg-dock-ink/30" />
      <button type="button" onClick={selection.clear} className={ITEM}>
        Clear <DockKey>Esc</DockKey>
      </button>
      {opened && (
        <Suspense>
          <BulkDialog
            key={opened.times}
            action={opened.action}
            scope={scopeOf(selection, filters)}
            actions={actions}
            open={isOpen}
            onClose={() => setOpen(false)}
            onOrdered={selection.clear}
          />
        </Suspense>
      )}
    </div>
  )
}

function BarButton({
  action,
  refusal,
  onPress,
}: {
  action: OperationAction
  refusal: string | null
  onPress: () => void
}) {
  const { name, key } = BULK_WORDS[action]
  const button = (
    <button type="button" onClick={onPress} aria-disabled={refusal !== null} className={ITEM}>
      {name} <DockKey>{key}</DockKey>
    </button>
  )
  return refusal === null ? button : <Tooltip text={refusal}>{button}</Tooltip>
}

function DockKey({ children }: { children: string }) {
  return (
    <span className="contents max-md:hidden">
      <Kbd on="primary">{children}</Kbd>
    </span>
  )
}

/** The page may be all that was meant; the rest is counted only for whoever looks this way. */
function ChooseAll({ selection, filters, actions }: Pick<SelectionBarProps, 'selection' | 'filters' | 'actions'>) {
  const clock = useClock()
  const [state, setState] = useState<'idle' | 'counting' | string>('idle')
  const choose = async () => {
    setState('counting')
    const nowMs = clock.now()
    const answer = await actions.count(scopeOf({ ids: new Set(), everything: null }, filters, nowMs).filter ?? {})
    if (answer.status === 'refused') return setState(answer.detail)
    selection.chooseEverything({ asOf: new Date(nowMs).toISOString(), count: answer.value })
  }
  if (state !== 'idle' && state !== 'counting') return <span role="alert">{state}</span>
  return (
    <button type="button" onClick={choose} disabled={state === 'counting'} className={`${ITEM} underlined`}>
      {state === 'counting' ? 'Counting…' : 'Select all matching'}
    </button>
  )
}
