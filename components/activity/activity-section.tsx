'use client'

import { useState } from 'react'
import { type BarLook, LEGEND } from '#components/look/activity-look.ts'
import { formatCount } from '#components/look/format.ts'
import { Swatch } from '#components/look/share-bar.tsx'
import { Button } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { useKeys } from '#components/ui/keys.ts'
import { Segments } from '#components/ui/tabs.tsx'
import { ActivityChart } from './activity-chart.tsx'
import { HEAD, ROW } from './activity-layout.ts'
import { ActivityTable } from './activity-table.tsx'
import { useActivity, type Window } from './use-activity.ts'

const SPANS = { '15 m': 15, '1 h': 60, '6 h': 360, '24 h': 1440 } as const
type Span = keyof typeof SPANS
const NAMES = Object.keys(SPANS) as Span[]
const MINUTE_MS = 60_000
/** What the chart takes while it is read for the first time, so that nothing jumps when it is there. */
const ROWS_AWAITED = 8

/** The last hours: who worked on what, and what became of it. */
export default function ActivitySection() {
  const [window, setWindow] = useState<Window>({ spanMs: 60 * MINUTE_MS, untilMs: null })
  const [asTable, setAsTable] = useState(false)
  const { activity, failed } = useActivity(window)
  useKeys({ t: () => setAsTable((now) => !now) })
  const span = NAMES.find((name) => SPANS[name] * MINUTE_MS === window.spanMs)
  return (
    <section aria-label="Attempts by worker">
      <div className="flex min-h-10 flex-wrap items-center gap-x-5 gap-y-1 border-line border-b px-6 py-1 max-md:px-4">
        <h2 className="font-semibold">Attempts by worker</h2>
        {activity && (
          <p className="text-ink-3">
            {formatCount(activity.workers.length)} workers{activity.truncated && ', the newest of more'}
          </p>
        )}
        {failed && <p className="text-warn-fg">Not answered, asking again.</p>}
        <ul aria-label="Legend" className="ml-auto flex flex-wrap gap-x-4 text-12 max-xl:hidden">
          {LEGEND.map((look) => (
            <LegendItem key={look.word} look={look} />
          ))}
        </ul>
        <div className="flex items-center gap-2 max-xl:ml-auto">
          {window.untilMs !== null && (
            <Button size="small" onClick={() => setWindow({ ...window, untilMs: null })}>
              Back to now
            </Button>
          )}
          <Segments
            label="Window"
            value={span ?? null}
            choices={NAMES.map((value) => ({ value, label: value }))}
            onChange={(name) => setWindow({ spanMs: SPANS[name] * MINUTE_MS, untilMs: null })}
          />
          <Button size="small" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? 'As chart' : 'As table'}
          </Button>
        </div>
      </div>
      {activity === null ? (
        <div aria-busy="true" style={{ height: HEAD + ROWS_AWAITED * ROW }} />
      ) : activity.workers.length === 0 ? (
        <Empty
          of="chart"
          kind="filtered"
          action={
            <Button onClick={() => setWindow({ spanMs: SPANS['24 h'] * MINUTE_MS, untilMs: null })}>
              Look at 24 h
            </Button>
          }
        />
      ) : asTable ? (
        <ActivityTable activity={activity} />
      ) : (
        <ActivityChart activity={activity} window={window} onWindow={setWindow} />
      )}
    </section>
  )
}

function LegendItem({ look }: { look: BarLook }) {
  return (
    <li className="flex items-center gap-1.5">
      <Swatch tone={look.tone} pattern={look.pattern} className="h-2 w-5" />
      {look.word}
    </li>
  )
}
