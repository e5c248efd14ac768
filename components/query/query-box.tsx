'use client'

import { useRouter } from 'next/navigation'
import { type FormEvent, lazy, type ReactNode, Suspense, useRef, useState } from 'react'
import { Icon } from '#components/ui/icon.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { QUERY_ID } from './query-id.ts'
import { type Popup, SUGGESTIONS_ID } from './query-popup.ts'
import type { Filters } from './task-query.ts'

/** Loaded once somebody is in the box. */
const QueryCompletion = lazy(() => import('./query-completion.tsx'))

interface QueryBoxProps {
  filters: Filters
  /** What was typed, when the server could not run it. */
  text?: string | undefined
  message?: string | undefined
  /** The filters as they stand, to be seen and taken away. */
  children: ReactNode
}

/** Filters as chips and a line to type more of them. It is a form: without a script the server reads the same language. */
export function QueryBox({ filters, text = '', message: refused, children }: QueryBoxProps) {
  const router = useRouter()
  const input = useRef<HTMLInputElement>(null)
  const [used, setUsed] = useState(false)
  const [popup, setPopup] = useState<Popup>({ open: false })
  const [message, setMessage] = useState(refused)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const { current: box } = input
    const { runQuery } = await import('./run-query.ts')
    const run = runQuery(box?.value ?? '', filters)
    setMessage('message' in run ? run.message : undefined)
    if (box === null || 'message' in run) return
    box.value = ''
    router.push(run.href)
  }
  return (
    <search className="relative block px-6 pt-3 max-md:px-4">
      <form
        action="/tasks"
        onSubmit={submit}
        className="flex min-h-8 flex-wrap items-center gap-2 rounded-6 border border-control bg-raised px-1.5 py-[3px] has-[input:focus-visible]:border-focus has-[input:focus-visible]:outline-1 has-[input:focus-visible]:outline-focus max-md:min-h-11"
      >
        <button
          type="submit"
          aria-label="Find"
          className="flex size-6 shrink-0 items-center justify-center rounded-3 text-ink-2 hover:bg-hover hover:text-ink max-md:size-9"
        >
          <Icon name="search" />
        </button>
        {children}
        <input
          ref={input}
          id={QUERY_ID}
          name="query"
          defaultValue={text}
          onFocus={() => setUsed(true)}
          onInput={(event) => event.currentTarget.value === '' && setMessage(undefined)}
          placeholder="Add a filter, an id or words of an error"
          role="combobox"
          aria-label="Filter tasks"
          aria-autocomplete="list"
          aria-expanded={popup.open}
          aria-controls={popup.open ? SUGGESTIONS_ID : undefined}
          aria-activedescendant={popup.active}
          aria-invalid={message !== undefined}
          aria-describedby={message === undefined ? undefined : 'query-message'}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          className="h-6 min-w-40 flex-1 bg-transparent outline-none max-md:h-9 max-md:min-w-24"
        />
        <span className="pr-1 max-md:hidden">
          <Kbd>/</Kbd>
        </span>
      </form>
      {message !== undefined && (
        <p id="query-message" role="alert" className="pt-1.5 text-12 text-bad-fg">
          {message}
        </p>
      )}
      {used && (
        <Suspense>
          <QueryCompletion input={input} filters={filters} onPopup={setPopup} />
        </Suspense>
      )}
    </search>
  )
}
