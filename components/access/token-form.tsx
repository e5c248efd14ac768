'use client'

import { DAYS, daysOf } from '#components/look/lifetime.ts'
import { Button } from '#components/ui/button.tsx'
import { Field, Input, Select } from '#components/ui/field.tsx'
import { MakeForm } from '#components/ui/make-form.tsx'
import type { Call } from '#components/ui/use-call.ts'
import { ROLES, type Token } from '#lib/task/schema.ts'
import { RoleField } from './role-field.tsx'

export interface MadeToken {
  readonly token: Token
  readonly secret: string
}

/** Makes a token, for a worker, a program or the command. */
export function TokenForm({ create }: { create: Call<MadeToken> }) {
  return (
    <MakeForm
      label="New token"
      make={create}
      commandOf={(form) => ({
        name: form.get('name'),
        role: form.get('role'),
        ...daysOf(form.get('days'), 'ttlMs'),
      })}
      shown={({ token, secret }) => ({
        title: `The token of ${token.name}.`,
        text: `export ${elsewhere()}ROLLCALL_TOKEN=${secret}`,
        advice: 'It is shown this once.',
      })}
    >
      {(pending) => (
        <>
          <div className="flex flex-wrap items-end gap-3">
            <div className="w-[260px] max-md:w-full">
              <Field label="Who or what comes with it" id="token-name">
                <Input id="token-name" name="name" required maxLength={100} placeholder="build farm" />
              </Field>
            </div>
            <div className="w-[140px]">
              <RoleField id="token-role" roles={ROLES} />
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
            <Button kind="primary" type="submit" disabled={pending} className="max-md:h-11">
              Make the token
            </Button>
          </div>
          <p className="text-ink-2">
            A worker’s acts on what its own workers hold. A viewer’s reads, an operator’s acts on tasks too, an admin’s
            does all.
          </p>
        </>
      )}
    </MakeForm>
  )
}

/** The command looks at its own host and the usual port, unless it is told. */
function elsewhere(): string {
  const { origin } = window.location
  return origin === 'http://127.0.0.1:3000' || origin === 'http://localhost:3000' ? '' : `ROLLCALL_URL=${origin} `
}
