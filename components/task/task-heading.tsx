'use client'

import { Fragment, type ReactNode } from 'react'
import { useNow } from '#components/look/clock.tsx'
import { formatMoney, plural, shortId } from '#components/look/format.ts'
import { StatusBadge } from '#components/look/status-badge.tsx'
import { lookOf, STATUS_LOOKS } from '#components/look/task-status.tsx'
import { Moment } from '#components/look/time.tsx'
import { FindLikeButton } from '#components/query/find-like-button.tsx'
import { Findable } from '#components/query/findable.tsx'
import { hrefOf } from '#components/query/task-query.ts'
import { attemptsMaxOf } from '#components/task-list/task-row.tsx'
import { PhoneBack } from '#components/ui/breadcrumbs.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Link } from '#components/ui/link.tsx'
import { Unknown } from '#components/ui/table.tsx'
import type { Attempt, Compensation, Task } from '#lib/task/schema.ts'

/** In the heading: more would push away what happens next. */
export const LABELS_SHOWN = 6

interface TaskHeadingProps {
  task: Task
  attempts: readonly Attempt[]
  compensations: readonly Compensation[]
  successorId: string | null
}

export function TaskHeading({ task, attempts, compensations, successorId }: TaskHeadingProps) {
  const look = lookOf(task, useNow())
  return (
    <div className="px-6 pt-3 pb-3 max-md:px-4">
      <PhoneBack href="/tasks" label="Back to tasks">
        {placeOf(task)}
      </PhoneBack>
      <div className="flex h-5 items-center justify-between gap-4 max-md:hidden">
        <nav aria-label="Breadcrumbs" className="flex min-w-0 items-center gap-2 text-ink-2">
          <Crumb href="/tasks">Tasks</Crumb>
          <Icon name="right" size={12} />
          <Crumb href={hrefOf({ status: task.status })}>{STATUS_LOOKS[task.status].word}</Crumb>
          <Icon name="right" size={12} />
          <span aria-current="page" className="truncate">
            {placeOf(task)}
          </span>
        </nav>
        <CopyButton kind="quiet" label="Copy link" text={() => location.href} className="-mr-2.5" />
      </div>
      <div className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 max-md:mt-0">
        <h1
          title={task.title}
          className="line-clamp-3 font-semibold text-20 [overflow-wrap:anywhere] max-md:line-clamp-5"
        >
          {task.title}
        </h1>
        <Findable name="status" value={task.status}>
          <StatusBadge look={look} />
        </Findable>
        <span className="line-clamp-2 text-ink-2 [overflow-wrap:anywhere] md:hidden">
          attempt {task.attempt} of {attemptsMaxOf(task)}
          {task.agent && `, ${task.agent}`}
          {task.costUsd !== null && `, ${formatMoney(task.costUsd)}`}
        </span>
        <span className="-mr-2.5 ml-auto max-md:-ml-2.5">
          <FindLikeButton task={task} cause={attempts[0]?.cause ?? null} />
        </span>
      </div>
      <HeadingFacts task={task} attempts={attempts} compensations={compensations} successorId={successorId} />
    </div>
  )
}

function HeadingFacts({ task, attempts, compensations, successorId }: TaskHeadingProps) {
  return (
    <dl className="mt-1.5 flex flex-wrap gap-x-8 gap-y-2 max-md:hidden">
      <Fact name="Id">
        <span className="mono">{task.id}</span>
      </Fact>
      <Fact name="Agent">{agentOf(task)}</Fact>
      <Fact name="Asked by">
        {task.user && <Findable name="user" value={task.user} />}
        {task.user && ', '}
        <Moment at={task.createdAt} />
      </Fact>
      <Fact name="Attempt">
        {task.attempt} of at most {attemptsMaxOf(task)}
      </Fact>
      <Fact name="Cost">{costOf(task, attempts)}</Fact>
      <Fact name="Side effects">{sideEffectsOf(task, compensations)}</Fact>
      {Object.keys(task.labels).length > 0 && <Fact name="Labels">{labelsOf(task)}</Fact>}
      {task.predecessorId !== null && <Other name="Released from" id={task.predecessorId} />}
      {successorId !== null && <Other name="Goes on as" id={successorId} />}
      {task.incidentId !== null && (
        <Fact name="Incident">
          <span className="mono" title={task.incidentId}>
            <Findable name="incident" value={task.incidentId}>
              {shortId(task.incidentId)}
            </Findable>
          </span>
        </Fact>
      )}
    </dl>
  )
}

function Crumb({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="hover:text-ink">
      {children}
    </Link>
  )
}

function Other({ name, id }: { name: string; id: string }) {
  return (
    <Fact name={name}>
      <Link href={`/tasks/${id}`} className="mono underline" title={id}>
        {shortId(id)}
      </Link>
    </Fact>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0 max-w-[72ch]">
      <dt className="text-11 text-ink-3">{name}</dt>
      <dd className="line-clamp-2 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  )
}

/** Where it is known by: its issue, or the end of its id. */
function placeOf(task: Task): string {
  if (task.repo === null) return shortId(task.id)
  return `${task.repo}${task.issueNumber === null ? '' : `#${task.issueNumber}`}`
}

function agentOf({ agent, model }: Task): ReactNode {
  if (!agent && !model) return <Unknown />
  return (
    <>
      {agent && <Findable name="agent" value={agent} />}
      {agent && model && ', '}
      {model && <Findable name="model" value={model} />}
    </>
  )
}

/** The first few; all of them stand with the payload. */
function labelsOf({ labels }: Task): ReactNode {
  const all = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
  const more = all.length - LABELS_SHOWN
  return (
    <>
      {all.slice(0, LABELS_SHOWN).map((label, place) => (
        <Fragment key={label}>
          {place > 0 && ', '}
          <Findable name="label" value={label} />
        </Fragment>
      ))}
      {more > 0 && `, and ${more} more`}
    </>
  )
}

/** A sum names its unknowns. */
function costOf(task: Task, attempts: readonly Attempt[]): ReactNode {
  if (task.attempt === 0) return '–'
  if (task.costUsd === null) return <Unknown />
  const unknown = attempts.filter(({ costUsd }) => costUsd === null).map(({ attempt }) => attempt)
  if (unknown.length === 0) return formatMoney(task.costUsd)
  return `${formatMoney(task.costUsd)}, and ${unknown.length === 1 ? `attempt ${unknown[0]}` : plural(unknown.length, 'attempt')} unknown`
}

function sideEffectsOf(task: Task, compensations: readonly Compensation[]): string {
  if (!task.sideEffects) return 'none declared'
  return `yes, ${compensations.length === 0 ? 'no compensation' : plural(compensations.length, 'compensation')}`
}
