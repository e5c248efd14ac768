'use client'

import type { ReactNode } from 'react'
import { formatDuration } from '#components/look/format.ts'
import { Icon } from '#components/ui/icon.tsx'
import type { Health } from '#lib/task/schema.ts'
import { useSweeper } from './health.tsx'

const DATABASES: Record<Health['database'], string> = { sqlite: 'SQLite', postgresql: 'PostgreSQL' }

/** What has to be well for anything else on the page to be true. */
export function HealthStrip({ database }: { database: Health['database'] }) {
  const { ageMs, late } = useSweeper()
  return (
    <dl className="flex min-h-10 flex-wrap items-center gap-x-10 gap-y-0.5 border-line border-b px-6 py-1 max-md:gap-x-6 max-md:px-4">
      <Item name="Sweeper" bad={late}>
        {ageMs === null ? 'has not run yet' : `ran ${formatDuration(ageMs)} ago`}
      </Item>
      <Item name="Database">
        answers <span className="text-ink-3">{DATABASES[database]}</span>
      </Item>
    </dl>
  )
}

function Item({ name, bad = false, children }: { name: string; bad?: boolean; children: ReactNode }) {
  return (
    <div className="flex items-center gap-2">
      <Icon name={bad ? 'clock' : 'check'} className={bad ? 'text-bad-fg' : 'text-good-fg'} />
      <dt className="font-medium">{name}</dt>
      <dd className={bad ? 'text-bad-fg' : 'text-ink-2'}>{children}</dd>
    </div>
  )
}
