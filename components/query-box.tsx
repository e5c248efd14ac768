'use client'

import { useRouter } from 'next/navigation'
import { type ClipboardEvent, type FormEvent, type KeyboardEvent, type ReactNode, useState } from 'react'
import { QUERY_ID } from './page-keys.tsx'
import { FILTERS, type Filters, hrefOf, taskIdIn, without } from './task-query.ts'
import { Icon } from './ui/icon.tsx'
import { Kbd } from './ui/kbd.tsx'

interface QueryBoxProps {
  filters: Filters
  /** What was typed, when the server could not run it. */
  text?: string | undefined
  message?: string | undefined
  /** The filters as they stand, to be seen and taken away. */
  children: ReactNode
}

/** Filters as chips and a line to type more of them. It is a form: without a script the server reads the same language. */
export function QueryBox({ filters, text: given = '', message: refused, children }: QueryBoxProps) {
  const { text, setText, message, submit, paste, edit } = useQuery(filters, given, refused)
  return (
    <search className="block px-6 pt-3 max-md:px-4">
      <form
        action="/tasks"
        onSubmit={submit}
        className="flex min-h-8 flex-wrap items-center gap-2 rounded-6 border border-control bg-raised px-2.5 py-[3px] has-[input:focus-visible]:border-focus has-[input:focus-visible]:outline-1 has-[input:focus-visible]:outline-focus max-md:min-h-11"
      >
        <Icon name="search" className="shrink-0 text-ink-2" />
        {children}
        <input
          id={QUERY_ID}
          name="query"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={edit}
          onPaste={paste}
          placeholder="Add a filter, an id or words of an error"
          aria-label="Filter tasks"
          aria-invalid={message !== undefined}
          aria-describedby={message === undefined ? undefined : 'query-message'}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          className="h-6 min-w-40 flex-1 bg-transparent outline-none max-md:min-w-24"
        />
        <span className="max-md:hidden">
          <Kbd>/</Kbd>
        </span>
      </form>
      {message !== undefined && (
        <p id="query-message" role="alert" className="pt-1.5 text-12 text-bad-fg">
          {message}
        </p>
      )}
    </search>
  )
}

/** What is typed becomes an address, or a message when it cannot; then the text is kept as it is. */
function useQuery(filters: Filters, given: string, refused: string | undefined) {
  const router = useRouter()
  const [text, setText] = useState(given)
  const [message, setMessage] = useState(refused)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const id = taskIdIn(text)
    if (id !== null) return router.push(`/tasks/${id}`)
    const { parseQuery } = await import('./parse-query.ts')
    const query = parseQuery(text, filters)
    setMessage(query.ok ? undefined : query.message)
    if (!query.ok) return
    setText('')
    router.push(hrefOf(query.filters))
  }
  const paste = (event: ClipboardEvent) => {
    const id = taskIdIn(event.clipboardData.getData('text'))
    if (id === null || text !== '') return
    event.preventDefault()
    router.push(`/tasks/${id}`)
  }
  const edit = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Escape') event.currentTarget.blur()
    const last = FILTERS.findLast((filter) => filters[filter])
    if (event.key === 'Backspace' && text === '' && last) router.push(hrefOf(without(filters, last)))
  }
  return { text, setText, message, submit, paste, edit }
}
