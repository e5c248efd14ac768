'use client'

import { useState } from 'react'
import { EVENT_KINDS } from '#components/look/event-kind.ts'
import { EventMark, eventLookOf } from '#components/look/event-look.tsx'
import { wordsOf } from '#components/look/event-words.ts'
import { Moment } from '#components/look/time.tsx'
import { Button } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { readRecord } from '#components/ui/read-record.ts'
import { Segments } from '#components/ui/tabs.tsx'
import type { Attempt, TaskEvent } from '#lib/task/schema.ts'

const FILTERS = [
  { value: 'all', label: 'All' },
  { value: 'transition', label: 'Transitions' },
  { value: 'act', label: 'Acts' },
  { value: 'refusal', label: 'Refusals' },
] as const
type TimelineFilter = (typeof FILTERS)[number]['value']

interface EventPage {
  events: readonly TaskEvent[]
  nextCursor: string | null
}

interface TaskTimelineProps extends EventPage {
  taskId: string
  attempts: readonly Attempt[]
}

/** Transitions, acts and refusals, newest first. */
export function TaskTimeline({ taskId, events, nextCursor, attempts }: TaskTimelineProps) {
  const [filter, setFilter] = useState<TimelineFilter>('all')
  const { all, cursor, failed, showOlder } = useOlder(taskId, { events, nextCursor })
  const shown = all.filter((event) => filter === 'all' || EVENT_KINDS[event.type] === filter)
  return (
    <section aria-labelledby="timeline-heading">
      <div className="flex h-10 items-center justify-between px-6 max-md:px-4">
        <h2 id="timeline-heading" className="font-semibold">
          Timeline
        </h2>
        <Segments label="Show" value={filter} choices={FILTERS} onChange={setFilter} className="-mr-2" />
      </div>
      {shown.length === 0 &&
        (filter === 'all' ? <Empty of="timeline" kind="never" small /> : <NoneOf filter={filter} />)}
      <Timeline events={shown} attempts={attempts} className="pb-4" />
      {cursor !== null && (
        <Button kind="quiet" size="small" onClick={showOlder} className="mb-4 ml-3.5">
          Show older
        </Button>
      )}
      {failed && (
        <p role="alert" className="px-6 pb-4 text-bad-fg max-md:px-4">
          The older ones could not be read. They are on record; ask for them again in a while.
        </p>
      )}
    </section>
  )
}

/** What the page came with, and behind it what was read when somebody asked for more. */
function useOlder(taskId: string, { events, nextCursor }: EventPage) {
  const [older, setOlder] = useState<EventPage | null>(null)
  const [failed, setFailed] = useState(false)
  const cursor = older === null ? nextCursor : older.nextCursor
  const seen = new Set(events.map(({ id }) => id))
  const all = [...events, ...(older?.events ?? []).filter(({ id }) => !seen.has(id))]
  const showOlder = async () => {
    if (cursor === null) return
    try {
      const page = await readRecord<EventPage>(`tasks/${taskId}/events`, { cursor })
      setOlder({ events: [...(older?.events ?? []), ...page.events], nextCursor: page.nextCursor })
      setFailed(false)
    } catch {
      setFailed(true)
    }
  }
  return { all, cursor, failed, showOlder }
}

/** Of what was read so far: older pages may hold some. */
function NoneOf({ filter }: { filter: Exclude<TimelineFilter, 'all'> }) {
  return (
    <Empty of="timeline" kind="filtered" small>
      {NONE_OF[filter]}
    </Empty>
  )
}

const NONE_OF: Record<Exclude<TimelineFilter, 'all'>, string> = {
  transition: 'Its status has not changed yet.',
  act: 'Nobody has acted on it.',
  refusal: 'Nothing was refused.',
}

interface TimelineProps {
  events: readonly TaskEvent[]
  attempts: readonly Attempt[]
  className: string
}

/** The column of times is as wide as the widest: those of another day name it. */
export function Timeline({ events, attempts, className }: TimelineProps) {
  return (
    <div className={`@container px-6 max-md:px-4 ${className}`}>
      <ol className="grid grid-cols-[minmax(60px,max-content)_16px_minmax(0,1fr)_auto] gap-x-5 @max-md:grid-cols-[minmax(60px,max-content)_16px_minmax(0,1fr)] @max-md:gap-x-3">
        {events.map((event, index) => (
          <TimelineItem key={event.id} event={event} attempts={attempts} last={index === events.length - 1} />
        ))}
      </ol>
    </div>
  )
}

interface TimelineItemProps {
  event: TaskEvent
  attempts: readonly Attempt[]
  last: boolean
}

function TimelineItem({ event, attempts, last }: TimelineItemProps) {
  const look = eventLookOf(event)
  const { lead, rest, more, hint } = wordsOf(event, attempts)
  return (
    <li data-event={event.type} className="col-span-full grid grid-cols-subgrid">
      <Moment at={event.at} className="mono whitespace-nowrap leading-5 text-ink-3" />
      <div className="row-span-2 flex flex-col items-center">
        <span className="flex h-5 items-center">
          <EventMark look={look} />
        </span>
        {!last && <span aria-hidden="true" className="my-px min-h-2 w-px flex-1 bg-line-2" />}
      </div>
      <div className="min-w-0 pb-2.5 [overflow-wrap:anywhere]">
        {lead && (
          <span className={`font-medium ${EVENT_KINDS[event.type] === 'refusal' ? 'text-bad-fg' : ''}`}>{lead} </span>
        )}
        {rest}
        {more && !hint && (
          <p title={more} className="line-clamp-6 whitespace-pre-line text-ink-2">
            {more}
          </p>
        )}
        <p className="text-12 text-ink-3 @md:hidden">{event.actor.name}</p>
      </div>
      <span className="max-w-36 truncate text-ink-3 @max-md:hidden" title={`${event.actor.kind} ${event.actor.name}`}>
        {event.actor.name}
      </span>
      {hint && <p className="mono col-span-2 col-start-3 -mt-2 pb-2.5 text-ink-3 [overflow-wrap:anywhere]">{hint}</p>}
    </li>
  )
}
