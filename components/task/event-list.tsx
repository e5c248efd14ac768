import { Empty } from '#components/ui/empty.tsx'
import { SectionHeading } from '#components/ui/page-heading.tsx'
import type { TaskEvent } from '#lib/task/schema.ts'
import { Timeline } from './task-timeline.tsx'

/** What happened to something that is no task, newest first. */
export function EventList({ events }: { events: readonly TaskEvent[] }) {
  return (
    <section aria-label="Timeline" className="min-w-0 border-line">
      <SectionHeading title="Timeline" />
      {events.length === 0 && <Empty of="timeline" kind="never" small />}
      <Timeline events={events} attempts={[]} className="py-3" />
    </section>
  )
}
