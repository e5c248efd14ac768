'use client'

import { Button } from '#components/ui/button.tsx'
import { Field, Input } from '#components/ui/field.tsx'
import { MakeForm } from '#components/ui/make-form.tsx'
import type { Call } from '#components/ui/use-call.ts'
import { type AccessLink, MEMBER_ROLES } from '#lib/task/schema.ts'
import { RoleField } from './role-field.tsx'

export interface MadeLink {
  readonly link: AccessLink
  readonly path: string
}

/** Makes a link by which somebody joins. */
export function InviteForm({ invite }: { invite: Call<MadeLink> }) {
  return (
    <MakeForm
      label="New invitation"
      make={invite}
      commandOf={(form) => ({ role: form.get('role'), ...(form.get('name') ? { name: form.get('name') } : {}) })}
      shown={({ link, path }) => ({
        title: `Send this to ${link.name ?? 'whoever is to join'}.`,
        text: location.origin + path,
        advice: 'The link opens once, for a week, and is shown this once.',
      })}
    >
      {(pending) => (
        <div className="flex flex-wrap items-end gap-3">
          <div className="w-[260px] max-md:w-full">
            <Field label="Whom it is for" id="invite-name">
              <Input id="invite-name" name="name" maxLength={100} placeholder="Ana Ruiz" />
            </Field>
          </div>
          <div className="w-[140px]">
            <RoleField id="invite-role" roles={MEMBER_ROLES} />
          </div>
          <Button kind="primary" type="submit" disabled={pending} className="max-md:h-11">
            Invite
          </Button>
        </div>
      )}
    </MakeForm>
  )
}
