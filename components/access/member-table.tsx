'use client'

import { ReasonButton } from '#components/acts/reason-button.tsx'
import { ReasonForm } from '#components/acts/reason-form.tsx'
import type { Act } from '#components/acts/task-acts.ts'
import { Age } from '#components/look/time.tsx'
import { Button } from '#components/ui/button.tsx'
import { DialogButton } from '#components/ui/dialog-button.tsx'
import { ShownOnce } from '#components/ui/shown-once.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { type Call, refusalOf, useCall } from '#components/ui/use-call.ts'
import { MEMBER_ROLES, type Member } from '#lib/task/schema.ts'
import type { MadeLink } from './invite-form.tsx'
import { RoleField } from './role-field.tsx'

export interface MemberActions {
  readonly changeRole: Act
  readonly remove: Act
  readonly offerReset: Call<MadeLink>
}

export function MemberTable({ members, actions }: { members: readonly Member[]; actions: MemberActions }) {
  const reset = useCall(actions.offerReset)
  const admins = members.filter(({ role }) => role === 'admin').length
  return (
    <>
      <div className="flex flex-col gap-2 px-6 py-3 empty:hidden max-md:px-4">
        {refusalOf(reset.result) && (
          <p role="alert" className="text-bad-fg">
            {refusalOf(reset.result)}
          </p>
        )}
        {reset.result?.status === 'done' && (
          <ShownOnce title={`For ${reset.result.value.link.name}.`} text={location.origin + reset.result.value.path}>
            The link opens once, for a day, and is shown this once.
          </ShownOnce>
        )}
      </div>
      <Table aria-label="Members">
        <thead className="sticky top-11 z-10 bg-bg">
          <tr>
            <Th>Name</Th>
            <Th className="max-md:hidden">Signs in as</Th>
            <Th className="w-[90px]">Role</Th>
            <Th figure className="w-[120px] max-lg:hidden">
              Signed in
            </Th>
            <Th figure className="w-[100px] max-lg:hidden">
              Joined
            </Th>
            <Th className="w-[330px] max-md:w-[170px]">
              <span className="sr-only">Acts</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {members.map((member) => (
            <MemberRow
              key={member.id}
              member={member}
              lastAdmin={member.role === 'admin' && admins === 1}
              actions={actions}
              reset={() => reset.call({ memberId: member.id })}
            />
          ))}
        </tbody>
      </Table>
    </>
  )
}

interface MemberRowProps {
  member: Member
  lastAdmin: boolean
  actions: MemberActions
  reset: () => void
}

function MemberRow({ member, lastAdmin, actions, reset }: MemberRowProps) {
  const { id, name, login, role, way, createdAt, signedInAt } = member
  const refusal = lastAdmin ? 'Refused: this is the last admin. Make somebody else one first.' : null
  return (
    <tr data-member={id} className="hover:bg-hover">
      <Td>{name}</Td>
      <Td className="text-ink-2 max-md:hidden">
        {login}
        {way === 'provider' && <span className="text-ink-3"> by the provider</span>}
      </Td>
      <Td>{role}</Td>
      <Td figure className="max-lg:hidden">
        {signedInAt === null ? <span className="text-ink-3">never</span> : <Age at={signedInAt} ago />}
      </Td>
      <Td figure className="max-lg:hidden">
        <Age at={createdAt} ago />
      </Td>
      <Td className="overflow-visible max-md:whitespace-normal max-md:py-1">
        <span className="flex flex-wrap justify-end gap-1">
          <RoleButton member={member} change={actions.changeRole} refusal={refusal} />
          {way === 'password' && (
            <Button size="small" onClick={reset}>
              New password
            </Button>
          )}
          <ReasonButton
            size="small"
            title={`Remove ${name}`}
            label="Reason"
            field="reason"
            consequence="Signs the member out at once. History keeps the name."
            confirm="Remove the member"
            hidden={{ memberId: id }}
            action={actions.remove}
            refusal={refusal}
          >
            Remove…
          </ReasonButton>
        </span>
      </Td>
    </tr>
  )
}

interface RoleButtonProps {
  member: Member
  change: Act
  refusal: string | null
}

function RoleButton({ member, change, refusal }: RoleButtonProps) {
  return (
    <DialogButton
      size="small"
      refusal={refusal}
      dialog={({ key, ...state }) => (
        <ReasonForm
          key={key}
          {...state}
          title={`The role of ${member.name}`}
          label="Reason"
          field="reason"
          consequence="From the next request on."
          confirm="Change the role"
          action={change}
          before={
            <>
              <input type="hidden" name="memberId" value={member.id} />
              <RoleField id="member-role" roles={MEMBER_ROLES} chosen={member.role} />
            </>
          }
        />
      )}
    >
      Role…
    </DialogButton>
  )
}
