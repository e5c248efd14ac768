'use client'

import { useSweeper } from '#components/health/health.tsx'
import { formatCount, formatDuration, formatMoney } from '#components/look/format.ts'
import { incidentLookOf } from '#components/look/incident-look.ts'
import { Swatch } from '#components/look/share-bar.tsx'
import { StatusIcon } from '#components/look/status-icon.tsx'
import { Duration, Moment } from '#components/look/time.tsx'
import { WORDS } from '#components/look/tone.ts'
import { ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Link } from '#components/ui/link.tsx'
import { Table, Td, Th, TWO_LINES, TWO_LINES_HEAD, TWO_LINES_TITLE } from '#components/ui/table.tsx'
import type { Incident } from '#lib/task/schema.ts'
import { sharesOf } from './incident-shares.ts'

type IncidentChoice = 'open' | 'resolved' | 'all'

/** What interrupted work, newest first: how much of it is still open, and who is on it. */
export function IncidentTable({ incidents, state }: { incidents: readonly Incident[]; state: IncidentChoice }) {
  if (incidents.length === 0) return <NoIncident state={state} />
  return (
    <Table aria-label="Incidents">
      <thead className={TWO_LINES_HEAD}>
        <tr>
          <Th className="w-[170px]">State</Th>
          <Th>Incident</Th>
          <Th figure className="w-[100px] max-md:hidden">
            Opened
          </Th>
          <Th figure className="w-[100px] max-lg:hidden">
            Lasted
          </Th>
          <Th figure className="w-[170px] max-xl:hidden">
            Work cut short
          </Th>
          <Th className="w-[210px] max-lg:hidden">
            <span className="sr-only">Shares</span>
          </Th>
          <Th figure className="w-[120px]">
            Open
          </Th>
          <Th className="w-[160px] max-md:hidden">On it</Th>
        </tr>
      </thead>
      <tbody className="max-md:block">
        {incidents.map((incident) => (
          <IncidentRow key={incident.id} incident={incident} />
        ))}
      </tbody>
    </Table>
  )
}

function NoIncident({ state }: { state: IncidentChoice }) {
  const { ageMs, late } = useSweeper()
  if (state === 'all') return <Empty of="incidents" kind="never" />
  if (state === 'resolved') {
    const open = <ButtonLink href="/incidents">Look at the open ones</ButtonLink>
    return <Empty of="incidents" kind="filtered" action={open} />
  }
  if (late || ageMs === null) return <Empty of="incidents" kind="unknown" />
  return (
    <Empty of="incidents" kind="good">
      Checked {formatDuration(ageMs)} ago.
    </Empty>
  )
}

function IncidentRow({ incident }: { incident: Incident }) {
  const { id, title, openedAt, resolvedAt, owner, open, total, cutShort } = incident
  return (
    <tr data-incident={id} className={TWO_LINES}>
      <Td>
        <IncidentWord incident={incident} />{' '}
        <span className="text-ink-3 md:hidden">
          {resolvedAt === null && 'since '}
          <Moment at={resolvedAt ?? openedAt} />
        </span>
      </Td>
      <Td className={TWO_LINES_TITLE}>
        <Link href={`/incidents/${id}`} className="font-[450] hover:underlined">
          {title}
        </Link>
      </Td>
      <Td figure className="text-ink-2 max-md:hidden">
        <Moment at={openedAt} />
      </Td>
      <Td figure className="max-lg:hidden">
        <Duration from={openedAt} to={resolvedAt} />
      </Td>
      <Td figure className="max-xl:hidden">
        {cutShort.attempts > 0 && formatDuration(cutShort.workedMs)}
        {cutShort.costUsd !== null && <span className="text-ink-3"> {formatMoney(cutShort.costUsd)}</span>}
      </Td>
      <Td className="max-lg:hidden">
        <span className="flex h-2 gap-0.5">
          {sharesOf(incident)
            .filter(({ count }) => count > 0)
            .map(({ name, count, tone, pattern }) => (
              <Swatch key={name} tone={tone} pattern={pattern} grow={count} className="min-w-1 basis-0" />
            ))}
        </span>
      </Td>
      <Td figure>
        {formatCount(open)} <span className="text-ink-3">of {formatCount(total)}</span>
      </Td>
      <Td className="text-ink-2 max-md:hidden">{owner ?? <span className="text-ink-3">nobody</span>}</Td>
    </tr>
  )
}

export function IncidentWord({ incident }: { incident: Incident }) {
  const { word, shape, tone, loud } = incidentLookOf(incident)
  return (
    <span className="inline-flex items-center gap-1.5 align-middle">
      <StatusIcon shape={shape} className={WORDS[tone]} />
      <span className={loud ? `font-medium ${WORDS[tone]}` : ''}>{word}</span>
    </span>
  )
}
