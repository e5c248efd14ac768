'use client'

import { ReasonButton } from '#components/acts/reason-button.tsx'
import type { Act } from '#components/acts/task-acts.ts'
import { useNow } from '#components/look/clock.tsx'
import { Age, Moment } from '#components/look/time.tsx'
import { Button } from '#components/ui/button.tsx'
import { ShownOnce } from '#components/ui/shown-once.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { type Call, refusalOf, useCall } from '#components/ui/use-call.ts'
import type { Token } from '#lib/task/schema.ts'
import type { MadeToken } from './token-form.tsx'

interface TokenTableProps {
  tokens: readonly Token[]
  rotate: Call<MadeToken>
  revoke: Act
}

export function TokenTable({ tokens, rotate, revoke }: TokenTableProps) {
  const rotation = useCall(rotate)
  return (
    <>
      <div className="flex flex-col gap-2 px-6 py-3 empty:hidden max-md:px-4">
        {refusalOf(rotation.result) && (
          <p role="alert" className="text-bad-fg">
            {refusalOf(rotation.result)}
          </p>
        )}
        {rotation.result?.status === 'done' && (
          <ShownOnce
            title={`The new token of ${rotation.result.value.token.name}.`}
            text={`export ROLLCALL_TOKEN=${rotation.result.value.secret}`}
          >
            It is shown this once. The old one goes on for a day.
          </ShownOnce>
        )}
      </div>
      <Table aria-label="Tokens">
        <thead className="sticky top-11 z-10 bg-bg">
          <tr>
            <Th>Name</Th>
            <Th className="w-[90px]">Role</Th>
            <Th className="w-[170px] max-md:hidden">State</Th>
            <Th figure className="w-[90px] max-md:hidden">
              Last used
            </Th>
            <Th figure className="w-[90px] max-lg:hidden">
              Made
            </Th>
            <Th className="w-[140px] max-lg:hidden">By</Th>
            <Th className="w-[190px]">
              <span className="sr-only">Acts</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <TokenRow
              key={token.id}
              token={token}
              revoke={revoke}
              rotate={() => rotation.call({ tokenId: token.id })}
              pending={rotation.pending}
            />
          ))}
        </tbody>
      </Table>
    </>
  )
}

interface TokenRowProps {
  token: Token
  revoke: Act
  rotate: () => void
  pending: boolean
}

function TokenRow({ token, revoke, rotate, pending }: TokenRowProps) {
  const { id, name, role, createdAt, createdBy, lastUsedAt, revokedAt, replacedBy } = token
  const isOver = useIsOver(token)
  return (
    <tr data-token={id} className={isOver ? 'text-ink-3' : 'hover:bg-hover'}>
      <Td title={id}>{name}</Td>
      <Td>{role}</Td>
      <Td className="max-md:hidden">
        <TokenState token={token} />
      </Td>
      <Td figure className="max-md:hidden">
        {lastUsedAt === null ? <span className="text-ink-3">never</span> : <Age at={lastUsedAt} />}
      </Td>
      <Td figure className="max-lg:hidden">
        <Age at={createdAt} />
      </Td>
      <Td className="max-lg:hidden">{createdBy ?? <span className="text-ink-3">unknown</span>}</Td>
      <Td className="overflow-visible">
        {revokedAt === null && (
          <span className="flex justify-end gap-1">
            {replacedBy === null && !isOver && id !== 'environment' && (
              <Button size="small" onClick={rotate} disabled={pending}>
                Rotate
              </Button>
            )}
            <ReasonButton
              size="small"
              title={`Revoke ${name}`}
              label="Reason"
              field="reason"
              consequence="Whoever comes with it is refused within seconds."
              confirm="Revoke the token"
              hidden={{ tokenId: id }}
              action={revoke}
              refusal={null}
            >
              Revoke…
            </ReasonButton>
          </span>
        )}
      </Td>
    </tr>
  )
}

function useIsOver({ revokedAt, expiresAt }: Token): boolean {
  const now = useNow()
  return revokedAt !== null || (expiresAt !== null && Date.parse(expiresAt) <= now)
}

function TokenState({ token }: { token: Token }) {
  const { revokedAt, expiresAt, replacedBy } = token
  const isOver = useIsOver(token)
  if (revokedAt !== null) {
    return (
      <>
        Revoked <Moment at={revokedAt} />
      </>
    )
  }
  if (expiresAt === null) return 'Works until revoked'
  return (
    <>
      {isOver ? 'Ended' : replacedBy === null ? 'Ends' : 'Rotated, ends'} <Moment at={expiresAt} />
    </>
  )
}
