/** What happens next by itself, when, and why: one sentence for every state. Pure: the moment is an argument. */

import { formatDuration, formatTerm } from '#components/look/format.ts'
import { NEXT_VERBS } from '#components/look/next-brief.ts'
import { isSilent } from '#components/look/task-status.tsx'
import type { NextAction, Task } from '#lib/task/schema.ts'

export interface NextStep {
  /** Tinted when somebody may have to act. */
  readonly tone: 'plain' | 'warn' | 'bad'
  /** The instant the countdown runs to. */
  readonly at: string | null
  /** The instant the countdown began, for the fuse. */
  readonly since: string | null
  readonly sentence: string
  readonly detail: string | null
}

export function nextStepOf(task: Task, nowMs: number): NextStep {
  if (task.sealedAt !== null) return step('plain', 'Nothing more happens: the task is sealed.', reasonLine(task))
  if (task.status === 'interrupted' || task.status === 'failed') return afterLoss(task, nowMs)
  if (task.status === 'queued' || task.status === 'assigned') return beforeStart(task, nowMs)
  return underWay(task, nowMs)
}

function afterLoss(task: Task, nowMs: number): NextStep {
  const { nextAction, nextAt, status } = task
  const { why, note } = reasonOf(task)
  if (nextAction === 'compensate' && task.compensatingSince !== null) {
    return step('warn', `Its side effects are being undone: ${task.nextReason ?? 'the next step comes at once'}.`, null)
  }
  if (nextAction === null || nextAction === 'hold') {
    const by = status === 'failed' ? 'Reassign it by hand, or cancel it.' : 'Fail it for good, or reassign it by hand.'
    return step('bad', `Nothing happens by itself: ${why}. ${by}`, budgetsOf(task))
  }
  const due = nextAt === null || Date.parse(nextAt) <= nowMs
  const sentence = `${NEXT_VERBS[nextAction]}${targetOf(task, nextAction)}${due ? ' now' : ''}, because ${why}.`
  const rule = task.strategy === null ? '' : `Rule ${task.strategy}.`
  const counted = /^(retry|interruption) /.test(note)
  const detail = [rule, note && !counted && `${capital(note)}.`, budgetsOf(task)].filter(Boolean).join(' ')
  return { tone: 'warn', at: due ? null : nextAt, since: task.updatedAt, sentence, detail }
}

/** "its worker stopped answering (interruption 1 of 3)": what is counted goes to the second line. */
function reasonOf(task: Task): { why: string; note: string } {
  const [, why = 'it waits for an operator', note = ''] =
    /^(.*?)\.?(?: \(([^()]*)\))?$/.exec(task.nextReason ?? '') ?? []
  return { why: why || 'it waits for an operator', note }
}

function beforeStart(task: Task, nowMs: number): NextStep {
  const waits = task.notBefore !== null && Date.parse(task.notBefore) > nowMs
  if (task.nextAction === 'abort') return abortion(task, nowMs)
  const who = task.workerId === null ? `any worker${skillsOf(task)}` : chosenOf(task)
  if (task.heldAt !== null) {
    return step('bad', `Nothing happens by itself: ${task.nextReason ?? 'it is held'}. Release it, or cancel it.`, null)
  }
  if (task.undoable) {
    const until = waits ? 'Until then it can be undone.' : 'It can be undone until one does.'
    const sentence = waits ? `Offer it to ${who}. ${until}` : `${capital(who)} may take it now. ${until}`
    return {
      tone: waits ? 'warn' : 'plain',
      at: waits ? task.notBefore : null,
      since: task.updatedAt,
      sentence,
      detail: reasonLine(task),
    }
  }
  if (waits)
    return { tone: 'plain', at: task.notBefore, since: task.createdAt, sentence: `Offer it to ${who}.`, detail: null }
  return step('plain', `Runs as soon as ${who} takes it.`, reasonLine(task))
}

function abortion(task: Task, nowMs: number): NextStep {
  const due = task.nextAt === null || Date.parse(task.nextAt) <= nowMs
  const sentence = `Abort${due ? ' now' : ''}, because ${task.nextReason}. A worker that registers with it takes the task instead.`
  return { tone: 'warn', at: due ? null : task.nextAt, since: task.updatedAt, sentence, detail: reasonLine(task) }
}

function underWay(task: Task, nowMs: number): NextStep {
  const { holder } = task
  const owner = holder?.name ?? 'its worker'
  if (task.cancelRequestedAt !== null) {
    return step('warn', `Cancel, as soon as ${owner} hears of it with its next heartbeat.`, reasonLine(task))
  }
  if (holder !== null && Date.parse(holder.leaseExpiresAt) <= nowMs) {
    return step('warn', `Interrupt now, because the lease of ${owner} is over.`, 'The sweeper looks every second.')
  }
  if (isSilent(task, nowMs) && task.progressAt !== null && task.progressTimeoutMs !== null) {
    const silent = formatDuration(nowMs - Date.parse(task.progressAt))
    const limit = `Nothing has come for ${silent}. Its limit is ${formatTerm(task.progressTimeoutMs)}.`
    return step('warn', limit, `${owner} still answers, so nothing happens by itself: fail it, or wait.`)
  }
  const what = task.status === 'waiting' ? waitOf(task) : 'Goes on'
  const reaction = holder
    ? ` If it stops answering, the task is interrupted when its lease of ${formatTerm(holder.leaseMs)} ends.`
    : ''
  return step(
    'plain',
    `${what} while ${owner} answers.${reaction}`,
    task.status === 'waiting' ? reasonLine(task) : null,
  )
}

/** "Waits for an approval": in the words of its worker. */
function waitOf({ waitReason }: Task): string {
  return waitReason === null ? 'Waits' : `Waits for ${waitReason.replace(/[.\s]+$/, '')}`
}

function step(tone: NextStep['tone'], sentence: string, detail: string | null): NextStep {
  return { tone, at: null, since: null, sentence, detail }
}

function targetOf(task: Task, action: NextAction): string {
  return action === 'reassign' ? ` to any worker${skillsOf(task)}` : ''
}

/** The holder is the worker of the last attempt, which need not be the one that was chosen for the next. */
function chosenOf({ holder, workerId }: Task): string {
  return holder?.workerId === workerId ? holder.name : 'the chosen worker'
}

function skillsOf(task: Task): string {
  return task.requires.length === 0
    ? ''
    : ` with skill${task.requires.length > 1 ? 's' : ''} ${task.requires.join(', ')}`
}

function budgetsOf(task: Task): string {
  return `Retries used ${task.retriesUsed} of ${task.maxRetries}, interruptions ${task.interruptions} of ${task.maxInterruptions}.`
}

/** Why it is as it is, in the words of whoever did it. */
function reasonLine({ reason }: Task): string | null {
  return reason === null ? null : `${capital(reason)}${/[.!?]$/.test(reason) ? '' : '.'}`
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
