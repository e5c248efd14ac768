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
export function SavedView({ view, role, actions, send, pending }: SavedViewProps) {
  const [renaming, setRenaming] = useState(false)
  const { id: viewId, name, shared, mine, owner, isDefault, filters } = view
  const mayChange = mine || role === 'admin'
  const mayShare = mayChange && role !== 'viewer'
  const rename = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const typed = String(new FormData(event.currentTarget).get('name') ?? '').trim()
    send(actions.change, { viewId, name: typed }, () => setRenaming(false))
  }
  if (renaming) {
    return (
      <li className="border-line border-b py-2">
        <form onSubmit={rename} className="flex items-center gap-2">
          <Input name="name" aria-label={`New name of ${name}`} defaultValue={name} required maxLength={60} autoFocus />
          <Button type="submit" disabled={pending}>
            Rename
          </Button>
          <Button kind="quiet" onClick={() => setRenaming(false)}>
            Keep
          </Button>
        </form>
      </li>
    )
  }
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
      <div className="flex flex-wrap gap-1">
        <Button
          kind="quiet"
          size="small"
          disabled={pending}
          aria-label={isDefault ? `Do not open first with ${name}` : `Open first with ${name}`}
          onClick={() => send(actions.chooseDefault, { viewId: isDefault ? null : viewId })}
        >
          {isDefault ? 'Not first' : 'Open first'}
        </Button>
        {mayShare && (
          <Button
            kind="quiet"
            size="small"
            disabled={pending}
            aria-label={shared ? `Make ${name} private` : `Share ${name}`}
            onClick={() => send(actions.change, { viewId, shared: !shared })}
          >
            {shared ? 'Make private' : 'Share'}
          </Button>
        )}
        {mayChange && (
          <>
            <Button kind="quiet" size="small" aria-label={`Rename ${name}`} onClick={() => setRenaming(true)}>
              Rename
            </Button>
            <Button
              kind="quiet"
              size="small"
              disabled={pending}
              aria-label={`Delete ${name}`}
              onClick={() => send(actions.remove, { viewId })}
            >
              Delete
            </Button>
          </>
        )}
      </div>
    </li>
  )
}
