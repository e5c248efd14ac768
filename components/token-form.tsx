'use client'

import type { FormEvent } from 'react'
import { ROLES, type Token } from '#lib/task/schema.ts'
import { DAYS, daysOf } from './lifetime.ts'
import { ShownOnce } from './shown-once.tsx'
import { Button } from './ui/button.tsx'
import { Field, Input, Select } from './ui/field.tsx'
import { type Call, refusalOf, useCall } from './use-call.ts'

export interface MadeToken {
  readonly token: Token
  readonly secret: string
}

/** Makes a token and shows it, once. */
export function TokenForm({ create }: { create: Call<MadeToken> }) {
  const { call, pending, result } = useCall(create)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    call({ name: form.get('name'), role: form.get('role'), ...daysOf(form.get('days'), 'ttlMs') })
  }
  return (
    <section aria-label="New token" className="flex flex-col gap-4 border-line border-b px-6 py-4 max-md:px-4">
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <div className="w-[260px] max-md:w-full">
          <Field label="Who or what comes with it" id="token-name">
            <Input id="token-name" name="name" required maxLength={100} placeholder="build farm" />
          </Field>
        </div>
        <div className="w-[140px]">
          <Field label="Role" id="token-role">
            <Select id="token-role" name="role" defaultValue="operator">
              {ROLES.map((role) => (
                <option key={role}>{role}</option>
              ))}
            </Select>
          </Field>
        </div>
        <div className="w-[140px]">
          <Field label="Works for" id="token-days">
            <Select id="token-days" name="days" defaultValue="">
              {DAYS.map(({ days, label }) => (
                <option key={label} value={days}>
                  {label}
                </option>
              ))}
            </Select>
          </Field>
        </div>
        <Button kind="primary" type="submit" disabled={pending}>
          Make the token
        </Button>
      </form>
      <p className="text-ink-2">
        A worker’s acts on what its own workers hold. A viewer’s reads, an operator’s acts on tasks too, an admin’s does
        all.
      </p>
      {refusalOf(result) && (
        <p role="alert" className="text-bad-fg">
          {refusalOf(result)}
        </p>
      )}
      {result?.status === 'done' && (
        <ShownOnce
          title={`The token of ${result.value.token.name}.`}
          text={`export ROLLCALL_TOKEN=${result.value.secret}`}
        >
          It is shown this once.
        </ShownOnce>
      )}
    </section>
  )
}
