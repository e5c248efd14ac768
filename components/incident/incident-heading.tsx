import type { ReactNode } from 'react'
import { formatDuration, formatMoney, plural, shortId } from '#components/look/format.ts'
import { CAUSE_WORDS } from '#components/look/incident-look.ts'
import { Duration, ExactMoment, Moment } from '#components/look/time.tsx'
import { hrefOf } from '#components/query/task-query.ts'
import { Breadcrumbs } from '#components/ui/breadcrumbs.tsx'
import { Fact, Facts } from '#components/ui/facts.tsx'
import { Link } from '#components/ui/link.tsx'
import type { CutShort, Incident } from '#lib/task/schema.ts'
import { IncidentWord } from './incident-table.tsx'

interface IncidentHeadingProps {
  incident: Incident
  /** In the corner, where there is one: what is taken away from the page. */
  files?: ReactNode
  /** What can be done about it. */
  children: ReactNode
}

export function IncidentHeading({ incident, files, children }: IncidentHeadingProps) {
  const { id, title, cause, host, workers, workerId, waves, owner, ownedAt, openedAt, resolvedAt } = incident
  return (
    <div className="relative border-line border-b px-6 pt-3 pb-3 max-md:px-4">
      <Breadcrumbs href="/incidents" name="Incidents" here={shortId(id)} />
      <div className="mt-1.5 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="font-semibold text-20 [overflow-wrap:anywhere]">{title}</h1>
        <span>
          <IncidentWord incident={incident} /> for <Duration from={openedAt} to={resolvedAt} />
        </span>
        <div className="ml-auto flex flex-wrap gap-2 max-md:ml-0 print:hidden">{children}</div>
      </div>
      <div className="absolute top-2 right-3.5 flex gap-1 empty:hidden max-md:static max-md:mt-2 max-md:-ml-2.5 print:hidden">
        {files}
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
          <ExactMoment at={openedAt} />,{' '}
          <Link
            href={hrefOf({ at: new Date(Date.parse(openedAt) - 1).toISOString() })}
            className="underlined print:hidden"
          >
            all that was under way
          </Link>
        </Fact>
        {workerId !== null && (
          <Fact name="Worker">
            <Link href={`/workers/${workerId}`} className="mono underlined">
              {shortId(workerId)}
            </Link>
          </Fact>
        )}
        <Fact name="Work cut short">
          <WorkCutShort work={incident.cutShort} />
        </Fact>
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

function WorkCutShort({ work: { attempts, workedMs, costUsd, costUnknown, kept } }: { work: CutShort }) {
  if (attempts === 0) return 'none'
  const unknown = costUnknown === 0 ? '' : costUsd === null ? 'cost not reported' : `${costUnknown} reported no cost`
  const beside = [unknown, kept === 0 ? '' : `${kept} went on from where they were`].filter(Boolean).join('; ')
  return (
    <>
      {formatDuration(workedMs)} in {plural(attempts, 'attempt')}
      {costUsd !== null && `, ${formatMoney(costUsd)}`}
      {beside !== '' && <span className="text-ink-3"> ({beside})</span>}
    </>
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
