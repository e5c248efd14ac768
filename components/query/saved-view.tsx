'use client'

import { type FormEvent, useState } from 'react'
import type { CallAction } from '#components/acts/call-action.ts'
import { Button } from '#components/ui/button.tsx'
import { Input } from '#components/ui/field.tsx'
import { Link } from '#components/ui/link.tsx'
import type { Role } from '#lib/task/schema.ts'
import type { View } from '#lib/task/view.ts'
import { wordsOf } from './query-words.ts'
import { hrefOf } from './task-query.ts'

export interface ViewActions {
  readonly save: CallAction<View>
  readonly change: CallAction<View>
  readonly remove: CallAction<View>
  readonly chooseDefault: CallAction<View | null>
}

/** Sends a command, shows the page anew, and keeps why it was refused. */
export type Send = <Value>(action: CallAction<Value>, command: object, done?: () => void) => void

interface SavedViewProps {
  view: View
  role: Role
  actions: ViewActions
  send: Send
  pending: boolean
}

/** One that is kept, with what its reader may do with it. */
export function SavedView(props: SavedViewProps) {
  const [renaming, setRenaming] = useState(false)
  const { name, shared, mine, owner, isDefault, filters } = props.view
  if (renaming) return <Renaming {...props} onEnd={() => setRenaming(false)} />
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b py-2">
      <div className="min-w-40 flex-1">
        <p className="truncate">
          <Link href={hrefOf(filters)} className="font-medium">
            {name}
          </Link>{' '}
          <span className="text-12 text-ink-3">
            {shared ? (mine ? 'shared' : `shared by ${owner}`) : 'private'}
            {isDefault && ', opens first'}
          </span>
        </p>
        <p className="mono truncate text-ink-2">{wordsOf(filters)}</p>
      </div>
      <ViewButtons {...props} onRename={() => setRenaming(true)} />
    </li>
  )
}

function Renaming({
  view: { id: viewId, name },
  actions,
  send,
  pending,
  onEnd,
}: SavedViewProps & { onEnd: () => void }) {
  const rename = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const typed = String(new FormData(event.currentTarget).get('name') ?? '').trim()
    send(actions.change, { viewId, name: typed }, onEnd)
  }
  return (
    <li className="border-line border-b py-2">
      <form onSubmit={rename} className="flex items-center gap-2">
        <Input name="name" aria-label={`New name of ${name}`} defaultValue={name} required maxLength={60} autoFocus />
        <Button type="submit" disabled={pending}>
          Rename
        </Button>
        <Button kind="quiet" onClick={onEnd}>
          Keep
        </Button>
      </form>
    </li>
  )
}

/** Everybody may choose what opens first; the rest belongs to its owner, and to admins. */
function ViewButtons({ view, role, actions, send, pending, onRename }: SavedViewProps & { onRename: () => void }) {
  const { id: viewId, name, shared, mine, isDefault } = view
  const mayChange = mine || role === 'admin'
  const sending = { kind: 'quiet', size: 'small', disabled: pending } as const
  return (
    <div className="flex flex-wrap gap-1">
      <Button
        {...sending}
        aria-label={isDefault ? `Do not open first with ${name}` : `Open first with ${name}`}
        onClick={() => send(actions.chooseDefault, { viewId: isDefault ? null : viewId })}
      >
        {isDefault ? 'Not first' : 'Open first'}
      </Button>
      {mayChange && role !== 'viewer' && (
        <Button
          {...sending}
          aria-label={shared ? `Make ${name} private` : `Share ${name}`}
          onClick={() => send(actions.change, { viewId, shared: !shared })}
        >
          {shared ? 'Make private' : 'Share'}
        </Button>
      )}
      {mayChange && (
        <>
          <Button kind="quiet" size="small" aria-label={`Rename ${name}`} onClick={onRename}>
            Rename
          </Button>
          <Button {...sending} aria-label={`Delete ${name}`} onClick={() => send(actions.remove, { viewId })}>
            Delete
          </Button>
        </>
      )}
    </div>
  )
}
