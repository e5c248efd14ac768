'use client'

import type { ReactNode } from 'react'
import { ShownOnce } from './shown-once.tsx'
import { type Call, refusalOf, useCall } from './use-call.ts'

interface MakeFormProps<Value> {
  label: string
  make: Call<Value>
  commandOf: (form: FormData) => unknown
  /** The part of what was made that is in this answer and nowhere else; null where it has none. */
  shown: (value: Value) => { title: string; text: string; advice: string } | null
  children: (pending: boolean) => ReactNode
}

/** Makes something that has a secret, says why it was refused, and shows the secret, once. */
export function MakeForm<Value>({ label, make, commandOf, shown, children }: MakeFormProps<Value>) {
  const { call, pending, result } = useCall(make)
  const secret = result?.status === 'done' ? shown(result.value) : null
  return (
    <section aria-label={label} className="flex flex-col gap-4 border-line border-b px-6 py-4 max-md:px-4">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          call(commandOf(new FormData(event.currentTarget)))
        }}
        className="flex flex-col gap-3"
      >
        {children(pending)}
      </form>
      {refusalOf(result) && (
        <p role="alert" className="text-bad-fg">
          {refusalOf(result)}
        </p>
      )}
      {secret && (
        <ShownOnce title={secret.title} text={secret.text}>
          {secret.advice}
        </ShownOnce>
      )}
    </section>
  )
}
