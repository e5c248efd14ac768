'use client'

import { ActButton } from '#components/acts/act-button.tsx'
import type { Act } from '#components/acts/task-acts.ts'
import { Age } from '#components/look/time.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import type { SignIn } from '#lib/task/schema.ts'

interface SignInTableProps {
  signIns: readonly SignIn[]
  /** The browser that looks at this. */
  currentId: string | null
  end: Act
  /** Whose each is; a person's own list needs no names. */
  named?: boolean
}

export function SignInTable({ signIns, currentId, end, named = false }: SignInTableProps) {
  return (
    <Table aria-label="Sign-ins">
      <thead>
        <tr>
          {named && <Th className="w-[200px] max-md:w-auto">Who</Th>}
          <Th className={named ? 'max-md:hidden' : undefined}>Browser</Th>
          <Th className="w-[180px] max-md:hidden">Address</Th>
          <Th figure className="w-[110px]">
            Last seen
          </Th>
          <Th figure className="w-[110px] max-lg:hidden">
            Signed in
          </Th>
          <Th className="w-[110px]">
            <span className="sr-only">Acts</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {signIns.map((signIn) => (
          <tr key={signIn.id} data-sign-in={signIn.id} className="hover:bg-hover">
            {named && (
              <Td>
                {signIn.name} <span className="text-ink-3">{signIn.tokenId === null ? signIn.role : 'token'}</span>
              </Td>
            )}
            <Td title={signIn.agent ?? undefined} className={named ? 'max-md:hidden' : undefined}>
              {browserOf(signIn.agent)}
            </Td>
            <Td className="mono text-ink-2 max-md:hidden">{signIn.address ?? 'unknown'}</Td>
            <Td figure>
              <Age at={signIn.seenAt} ago />
            </Td>
            <Td figure className="text-ink-2 max-lg:hidden">
              <Age at={signIn.createdAt} ago />
            </Td>
            <Td className="overflow-visible text-right">
              {signIn.id === currentId ? (
                <span className="text-ink-3">this one</span>
              ) : (
                <ActButton action={end} hidden={{ signInId: signIn.id }}>
                  Sign out
                </ActButton>
              )}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

const BROWSERS = [
  [/Edg\//, 'Edge'],
  [/Firefox\//, 'Firefox'],
  [/Chrom(e|ium)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
] as const
const SYSTEMS = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Mac OS/, 'macOS'],
  [/Windows/, 'Windows'],
  [/Linux/, 'Linux'],
] as const

/** What it says it is, in two words; all of it stands in the title. */
function browserOf(agent: string | null): string {
  if (agent === null) return 'unknown'
  const browser = BROWSERS.find(([pattern]) => pattern.test(agent))?.[1]
  const system = SYSTEMS.find(([pattern]) => pattern.test(agent))?.[1]
  return browser === undefined ? agent : `${browser}${system ? ` on ${system}` : ''}`
}
