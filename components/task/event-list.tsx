import { Empty } from '#components/ui/empty.tsx'
import { SectionHeading } from '#components/ui/page-heading.tsx'
import type { TaskEvent } from '#lib/task/schema.ts'
import { TimelineItem } from './task-timeline.tsx'

/** What happened to something that is no task, newest first. */
export function EventList({ events }: { events: readonly TaskEvent[] }) {
  return (
    <section aria-label="Timeline" className="min-w-0 border-line lg:border-l">
      <SectionHeading title="Timeline" />
      {events.length === 0 && <Empty of="timeline" kind="never" small />}
      <ol className="@container px-6 py-3 max-md:px-4">
        {events.map((event, index) => (
          <TimelineItem key={event.id} event={event} attempts={[]} last={index === events.length - 1} />
        ))}
      </ol>
    </section>
  )
}
