'use client'

import type { ReactNode } from 'react'
import { causeWord } from '#components/look/cause-words.ts'
import { useNow } from '#components/look/clock.tsx'
import { formatCountdown, formatMoney } from '#components/look/format.ts'
import { FAILED_SEALED, STATUS_LOOKS, StatusWord } from '#components/look/task-status.tsx'
import { Duration, Moment } from '#components/look/time.tsx'
import { Findable } from '#components/query/findable.tsx'
import { Table, Td, Th, Unknown } from '#components/ui/table.tsx'
import type { Attempt, Task } from '#lib/task/schema.ts'

/** Turns and cost stand only where the worker’s name has room beside them. */
const WIDE = 'max-[1400px]:hidden'

/** Newest first; above them the one that is to come, while one is. */
export function AttemptTable({ task, attempts }: { task: Task; attempts: readonly Attempt[] }) {
  return (
    <>
      <h2 className="flex h-10 items-center px-6 font-semibold max-lg:sr-only">Attempts</h2>
      <Table aria-label="Attempts" className="max-md:[&_td]:text-12">
        <thead>
          <tr>
            <Th figure className="w-[56px] max-md:w-[52px]">
              #
            </Th>
            <Th className="w-[112px]">Status</Th>
            <Th>Worker</Th>
            <Th figure className="w-[100px] max-md:hidden">
              Started
            </Th>
            <Th figure className="w-[76px]">
              Ran
            </Th>
            <Th className="w-[104px] max-xl:hidden">Ended by</Th>
            <Th figure className={`w-[80px] ${WIDE}`}>
              Turns
            </Th>
            <Th figure className={`w-[78px] ${WIDE}`}>
              Cost
            </Th>
          </tr>
        </thead>
        <tbody>
          <NotBegun task={task} />
          {attempts.map((attempt) => (
            <AttemptRow
              key={attempt.attempt}
              attempt={attempt}
              sealed={task.sealedAt !== null && attempt.attempt === task.attempt}
            />
          ))}
        </tbody>
      </Table>
    </>
  )
}

function NotBegun({ task }: { task: Task }) {
  const now = useNow()
  const { status, nextAction, nextAt, notBefore, sealedAt } = task
  const waits = status === 'queued' || status === 'assigned'
  const recovers = (status === 'interrupted' || status === 'failed') && nextAction === 'reassign'
  if (sealedAt !== null || (!waits && !recovers)) return null
  const at = waits ? notBefore : nextAt
  const leftMs = at === null ? 0 : Date.parse(at) - now
  return (
    <tr className="text-ink-2">
      <Td figure>{task.attempt + 1}</Td>
      <Td>
        <StatusWord look={{ ...STATUS_LOOKS.queued, word: 'Not begun' }} />
      </Td>
      <Td>{task.workerId === null ? 'any worker' : 'the chosen one'}</Td>
      <Td figure className={`max-md:hidden ${recovers && leftMs > 0 ? 'text-warn-fg' : ''}`}>
        {leftMs > 0 ? `in ${formatCountdown(leftMs)}` : 'when taken'}
      </Td>
      <Td figure>–</Td>
      <Td className="max-xl:hidden">–</Td>
      <Td figure className={WIDE}>
        –
      </Td>
      <Td figure className={WIDE}>
        –
      </Td>
    </tr>
  )
}

function AttemptRow({ attempt, sealed }: { attempt: Attempt; sealed: boolean }) {
  const look = sealed && attempt.status === 'failed' ? FAILED_SEALED : STATUS_LOOKS[attempt.status]
  const ended = endOf(attempt)
  return (
    <tr data-attempt={attempt.attempt} data-status={attempt.status}>
      <Td figure>{attempt.attempt}</Td>
      <Td>
        <StatusWord look={{ ...look, word: attempt.status === 'failed' ? 'Failed' : look.word }} />
      </Td>
      <Td className="mono" title={attempt.workerId}>
        <Findable name="worker" value={attempt.workerName} />
      </Td>
      <Td figure className="max-md:hidden">
        <Moment at={attempt.startedAt} />
      </Td>
      <Td figure>
        <Duration from={attempt.startedAt} to={attempt.finishedAt} />
      </Td>
      <Td className="max-xl:hidden" title={attempt.errorMessage ?? attempt.reason ?? undefined}>
        <span className={attempt.errorClass === null ? '' : 'mono text-bad-fg'}>{foundBy(attempt, ended)}</span>
      </Td>
      <Td figure className={WIDE}>
        {attempt.turns ?? <Unknown />}
      </Td>
      <Td figure className={WIDE}>
        {attempt.costUsd === null ? <Unknown /> : formatMoney(attempt.costUsd)}
      </Td>
    </tr>
  )
}

/** By its error, or else by its cause. */
function foundBy({ errorClass, cause }: Attempt, ended: string): ReactNode {
  if (errorClass !== null) return <Findable name="error" value={errorClass} />
  if (cause === null) return ended
  return (
    <Findable name="cause" value={cause}>
      {ended}
    </Findable>
  )
}

function endOf({ finishedAt, cause, errorClass, exitCode }: Attempt): string {
  if (finishedAt === null) return '–'
  if (errorClass !== null) return errorClass
  if (cause !== null) return causeWord(cause)
  return exitCode === null ? 'Its report' : `Exit code ${exitCode}`
}
