'use client'

import type { FormEvent } from 'react'
import { type AccessLink, MEMBER_ROLES } from '#lib/task/schema.ts'
import { ShownOnce } from './shown-once.tsx'
import { Button } from './ui/button.tsx'
import { Field, Input, Select } from './ui/field.tsx'
import { type Call, refusalOf, useCall } from './use-call.ts'

export interface MadeLink {
  readonly link: AccessLink
  readonly path: string
}

/** Makes a link by which somebody joins, and shows it, once. */
export function InviteForm({ invite }: { invite: Call<MadeLink> }) {
  const { call, pending, result } = useCall(invite)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const name = form.get('name')
    call({ role: form.get('role'), ...(name ? { name } : {}) })
  }
  return (
    <section aria-label="New invitation" className="flex flex-col gap-4 border-line border-b px-6 py-4 max-md:px-4">
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <div className="w-[260px] max-md:w-full">
          <Field label="Whom it is for" id="invite-name">
            <Input id="invite-name" name="name" maxLength={100} placeholder="Ana Ruiz" />
          </Field>
        </div>
        <div className="w-[140px]">
          <Field label="Role" id="invite-role">
            <Select id="invite-role" name="role" defaultValue="operator">
              {MEMBER_ROLES.map((role) => (
                <option key={role}>{role}</option>
              ))}
            </Select>
          </Field>
        </div>
        <Button kind="primary" type="submit" disabled={pending}>
          Invite
        </Button>
      </form>
      {refusalOf(result) && (
        <p role="alert" className="text-bad-fg">
          {refusalOf(result)}
        </p>
      )}
      {result?.status === 'done' && (
        <ShownOnce
          title={`Send this to ${result.value.link.name ?? 'whoever is to join'}.`}
          text={location.origin + result.value.path}
        >
          The link opens once, for a week, and is shown this once.
        </ShownOnce>
      )}
    </section>
  )
}
