import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { signOutAction } from '#app/sign-in/actions.ts'
import { hrefOf } from '#components/query/task-query.ts'
import { Shell } from '#components/shell/shell.tsx'
import { readTheme, THEME_COOKIE } from '#components/shell/theme.ts'
import { findContext } from '#lib/api/session.ts'
import { findDefaultView, readEventsEnd, readHealth } from '#lib/ledger/index.ts'
import { pauseRecoveryAction, unpauseRecoveryAction } from './recovery/actions.ts'

export default async function LedgerLayout({ children }: { children: ReactNode }) {
  const context = await findContext()
  // The page below asks again, and leads to the sign-in with the way back to itself.
  if (context === null) return children
  const eventsFrom = await readEventsEnd(context)
  const [health, view, jar] = await Promise.all([readHealth(context), findDefaultView(context), cookies()])
  const { name, role } = context.actor
  const theme = readTheme(jar.get(THEME_COOKIE)?.value)
  return (
    <Shell
      health={health}
      eventsFrom={eventsFrom}
      person={{ name, role, theme, signOut: signOutAction }}
      recovery={{ role, pause: pauseRecoveryAction, unpause: unpauseRecoveryAction }}
      tasksHref={hrefOf(view?.filters ?? {})}
    >
      {children}
    </Shell>
  )
}
