import { formatCount, plural } from '#components/look/format.ts'
import { Swatch } from '#components/look/share-bar.tsx'
import { Moment } from '#components/look/time.tsx'
import { Link } from '#components/ui/link.tsx'
import { SectionHeading } from '#components/ui/page-heading.tsx'
import type { Incident } from '#lib/task/schema.ts'
import { sharesOf } from './incident-shares.ts'

/** What needs somebody now, newest first. */
export function OpenIncidents({ incidents }: { incidents: readonly Incident[] }) {
  return (
    <>
      <SectionHeading title="Open incidents">
        {incidents.length === 0 ? 'Nothing is open.' : plural(incidents.length, 'incident')}
      </SectionHeading>
      <ul>
        {incidents.map((incident) => (
          <li
            key={incident.id}
            data-incident={incident.id}
            className="relative grid min-h-10 grid-cols-[minmax(10rem,20rem)_5rem_minmax(4rem,12rem)_8.5rem_minmax(0,1fr)] items-center gap-x-6 border-line border-b px-6 py-1.5 hover:bg-hover max-md:flex max-md:flex-wrap max-md:px-4"
          >
            <Link
              href={`/incidents/${incident.id}`}
              className="truncate font-medium after:absolute after:inset-0 max-md:w-full"
            >
              {incident.title}
            </Link>
            <Moment at={incident.openedAt} className="mono text-ink-2" />
            <span className="flex h-2 gap-0.5 max-md:hidden">
              {sharesOf(incident)
                .filter(({ count }) => count > 0)
                .map(({ name, count, tone, pattern }) => (
                  <Swatch key={name} tone={tone} pattern={pattern} grow={count} className="min-w-1 basis-0" />
                ))}
            </span>
            <span className="whitespace-nowrap">
              <span className="font-medium">{formatCount(incident.open)}</span> of {formatCount(incident.total)} open
            </span>
            <span className={`truncate ${incident.brakedAt !== null ? 'font-medium text-warn-fg' : 'text-ink-2'}`}>
              {standOf(incident)}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

function standOf({ brakedAt, owner }: Incident): string {
  if (brakedAt !== null) return 'Automatic recovery waits for an operator'
  return owner === null ? 'Nobody is on it' : `${owner} is on it`
}
