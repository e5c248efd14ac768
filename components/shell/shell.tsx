import type { ReactNode } from 'react'
import type { RecoveryControl } from '#components/acts/recovery-control.ts'
import { HealthLine, HealthProvider, RecoveryLine } from '#components/health/health.tsx'
import { LiveProvider } from '#components/live/live.tsx'
import { ClockProvider } from '#components/look/clock.tsx'
import type { Health } from '#lib/task/schema.ts'
import { PageKeys } from './page-keys.tsx'
import type { PersonMenuProps } from './person-menu-items.tsx'
import { TasksHrefProvider } from './site-nav.tsx'
import { Skeletons } from './skeletons.tsx'
import { TopBar } from './top-bar.tsx'

interface ShellProps {
  health: Health
  /** Behind which event the page was read. */
  eventsFrom: string
  person: PersonMenuProps
  recovery: RecoveryControl
  /** Where the list of tasks opens for this person. */
  tasksHref: string
  children: ReactNode
}

/** What stands around every page of the ledger: its clock, its events, its health, the bar and the keys. */
export function Shell({ health, eventsFrom, person, recovery, tasksHref, children }: ShellProps) {
  return (
    <ClockProvider serverTime={health.serverTime}>
      <LiveProvider from={eventsFrom}>
        <HealthProvider health={health}>
          <TasksHrefProvider href={tasksHref}>
            <a
              href="#main"
              className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:bg-raised focus:px-3 focus:py-2"
            >
              Skip to the page
            </a>
            <TopBar {...person} />
            <HealthLine />
            <RecoveryLine recovery={recovery} />
            <main id="main" tabIndex={-1} className="flex min-h-[calc(100dvh-2.75rem)] flex-col outline-none">
              {children}
            </main>
            <Skeletons />
            <PageKeys recovery={recovery} />
          </TasksHrefProvider>
        </HealthProvider>
      </LiveProvider>
    </ClockProvider>
  )
}
