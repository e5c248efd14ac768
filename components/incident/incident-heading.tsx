import type { ReactNode } from 'react'
import { plural, shortId } from '#components/look/format.ts'
import { CAUSE_WORDS } from '#components/look/incident-look.ts'
import { Duration, ExactMoment, Moment } from '#components/look/time.tsx'
import { Breadcrumbs } from '#components/ui/breadcrumbs.tsx'
import { Fact, Facts } from '#components/ui/facts.tsx'
import { Link } from '#components/ui/link.tsx'
import type { Incident } from '#lib/task/schema.ts'
import { IncidentWord } from './incident-table.tsx'

export function IncidentHeading({ incident, children }: { incident: Incident; children: ReactNode }) {
  const { id, title, cause, host, workers, workerId, waves, owner, ownedAt, openedAt, resolvedAt } = incident
  return (
    <div className="border-line border-b px-6 pt-3 pb-3 max-md:px-4 max-md:pt-0">
      <Breadcrumbs href="/incidents" name="Incidents" here={shortId(id)} />
      <div className="mt-1.5 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="font-semibold text-20 [overflow-wrap:anywhere]">{title}</h1>
        <span>
          <IncidentWord incident={incident} /> for <Duration from={openedAt} to={resolvedAt} />
        </span>
        <div className="ml-auto flex flex-wrap gap-2 max-md:ml-0 print:hidden">{children}</div>
      </div>
      <Facts>
        <Fact name="Incident" className="hidden print:block">
          <span className="mono">{id}</span>
        </Fact>
        <Fact name="Cause">
          {CAUSE_WORDS[cause]}: {plural(workers, 'worker')}
          {host !== null && ` on ${host}`}
        </Fact>
        <Fact name="Noticed">
          <ExactMoment at={openedAt} />
        </Fact>
        {workerId !== null && (
          <Fact name="Worker">
            <Link href={`/workers/${workerId}`} className="mono underlined">
              {shortId(workerId)}
            </Link>
          </Fact>
        )}
        {waves > 1 && <Fact name="Waves">{waves}: what was reassigned died together again</Fact>}
        <Fact name="Working on it">
          {owner === null ? <span className="text-ink-3">nobody</span> : owner}
          {ownedAt !== null && (
            <>
              , since <Moment at={ownedAt} />
            </>
          )}
        </Fact>
        <Resolution incident={incident} />
      </Facts>
    </div>
  )
}

function Resolution({ incident: { resolvedAt, resolvedBy, resolution, mergedInto } }: { incident: Incident }) {
  return (
    <>
      {resolvedAt !== null && (
        <Fact name="Resolved">
          <Moment at={resolvedAt} /> by {resolvedBy ?? 'itself'}
          {resolution !== null && `: “${resolution}”`}
        </Fact>
      )}
      {mergedInto !== null && (
        <Fact name="Part of">
          <Link href={`/incidents/${mergedInto}`} className="mono underlined">
            {shortId(mergedInto)}
          </Link>
        </Fact>
      )}
    </>
  )
}
