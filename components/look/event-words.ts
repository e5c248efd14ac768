/** What an event says on a timeline. Pure: it reads the event, and the attempts for the names of their workers. */
import type { Attempt, EventType, TaskEvent } from '#lib/task/schema.ts'
import { formatBytes, formatMoney, plural } from './format.ts'
import { STATUS_LOOKS } from './task-status.tsx'

export interface EventWords {
  /** The part that is read first. */
  readonly lead: string
  readonly rest: string
  /** A second line, and a line as the log has it. */
  readonly more?: string | undefined
  readonly hint?: string | undefined
}

export function wordsOf(event: TaskEvent, attempts: readonly Attempt[]): EventWords {
  return WORDS[event.type](event, attempts)
}

type Teller = (event: TaskEvent, attempts: readonly Attempt[]) => EventWords

/** Exhaustive over EventType: a new event does not compile until it has words. */
const WORDS: Record<EventType, Teller> = {
  'task.created': () => line('Queued.'),
  'task.imported': ({ data }) =>
    line('Taken over', `from another history, where it was ${text(data.status) ?? 'unknown'}.`),
  'task.started': (event, attempts) =>
    line('Running.', `${attemptOf(event)}${onWorker(event, attempts)}${because(event)}`),
  'task.waiting': (event) => line('Waiting', event.reason ? `for ${event.reason}` : ''),
  'task.progress': ({ reason, data }) => {
    const phase = text(data.phase)
    return phase
      ? line(`Phase ${phase}.`, reason ? quoted(reason) : '')
      : line('', reason ? quoted(reason) : 'Progress')
  },
  'task.no_progress': ({ reason }) => line('No progress:', reason ?? 'nothing has come for longer than its limit'),
  'task.went_on': ({ reason, data }) =>
    line('Goes on', data.after === 'silence' ? `, ${reason ?? 'after a silence'}` : 'after waiting'),
  'task.checkpoint': ({ data }) => line('', `Checkpoint saved at turn ${Number(data.turn)}`),
  'task.session_linked': ({ data }) => line('', `Session ${shortened(text(data.sessionId))} linked`),
  'task.finished': finished,
  'task.late_result': (event, attempts) => ({ ...finished(event, attempts), lead: 'Late result accepted.' }),
  'task.interrupted': (event) => ({
    ...line('Interrupted.', `${attemptOf(event)}: ${event.reason ?? 'its worker is gone'}.${invalidated(event)}`),
    more: text(event.data.next) && `Next: ${text(event.data.next)}.`,
    hint: text(event.data.hint),
  }),
  'task.failed': ({ reason, data }) => line(data.sealed ? 'Failed, sealed:' : 'Failed:', quoted(reason)),
  'task.reassigned': ({ reason, data, workerId }) => {
    const target = workerId === null ? 'to any worker' : 'to one worker'
    if (data.automatic) return line('Reassigned', `${target} by rule${reason ? `, because ${reason}` : ''}`)
    return line('Reassigned', `${target}: ${quoted(reason)}`)
  },
  'task.reassignment_undone': () => line('Reassignment undone.'),
  'task.cancel_requested': ({ reason }) => line('Cancel asked for:', quoted(reason)),
  'task.cancelled': ({ reason }) => line('Cancelled:', quoted(reason)),
  'task.quarantined': (event) => ({
    ...line('Quarantined:', `${event.reason ?? 'it cannot go on'}.${invalidated(event)}`),
    hint: text(event.data.hint),
  }),
  'task.compensation_registered': ({ reason, data }) =>
    data.kind === 'none'
      ? line('Nothing to undo:', quoted(reason))
      : line('Compensation registered:', `${text(data.kind) ?? ''} ${quoted(reason)}`),
  'task.compensating': ({ reason }) => line('Compensating:', reason ?? ''),
  'task.compensation_done': ({ data }) => line('Undone:', `step ${stepOf(data)}`),
  'task.compensation_failed': ({ reason, data }) => line('Not undone:', `step ${stepOf(data)}: ${reason ?? ''}`),
  'task.compensated': ({ reason }) => line(reason ? 'Compensated:' : 'Compensated.', reason ?? ''),
  'task.adopted': (event) => ({
    ...line('Adopted', `the late report of attempt ${event.data.reportAttempt}: ${quoted(event.reason)}`),
    more: `It says ${text(event.data.outcome) ?? 'nothing'}.`,
  }),
  'task.held': ({ reason }) => line('Held:', quoted(reason)),
  'task.released': ({ reason, data }) => ({
    ...line('Released:', quoted(reason)),
    more: text(data.successorId) && `It goes on as task ${text(data.successorId)}.`,
  }),
  'task.noted': ({ reason }) => line('', quoted(reason)),
  'task.unskilled': ({ reason }) => line('Nobody can do it:', reason ?? 'no worker has its skills'),
  'task.skilled': () => line('A worker with its skills is there.'),
  'task.aborted': ({ reason }) => line('Aborted, no skill:', reason ?? ''),
  'task.requeued': ({ reason }) => line('Back in the queue:', reason ?? ''),
  'task.refused': ({ reason, data }) => ({
    ...line(`Refused: ${reason ?? 'a write of an attempt that is not the current one'}.`),
    more: reported(data),
  }),
  'task.unmasked': ({ reason }) => line('Contents unmasked:', quoted(reason)),
  'worker.registered': () => line('Worker registered.'),
  'worker.drained': ({ reason }) => line('Worker drains.', reason ? quoted(reason) : ''),
  'worker.resumed': ({ reason }) => line('Worker resumed.', reason ? quoted(reason) : ''),
  'worker.stopped': ({ reason }) => line('Worker stopped.', reason ? quoted(reason) : ''),
  'worker.died': ({ reason }) => line('Worker died:', reason ?? ''),
  'recovery.ran': () => line('Recovery ran.'),
  'recovery.amnesty': ({ reason }) => line('Leases extended:', reason ?? 'the server itself was away'),
  'ledger.pruned': ({ data }) => line('Old tasks pruned:', text(String(data.tasks)) ?? ''),
  'operation.started': ({ reason }) => line('Bulk act begun:', quoted(reason)),
  'operation.finished': () => line('Bulk act done.'),
  'operation.aborted': ({ reason }) => line('Bulk act stopped.', reason ? quoted(reason) : ''),
  'recovery.paused': ({ reason }) => line('Recovery paused:', quoted(reason)),
  'recovery.unpaused': ({ reason }) => line('Recovery goes on.', reason ? quoted(reason) : ''),
  'recovery.storm_began': ({ reason }) => line('A storm began:', reason ?? 'many workers fell silent together'),
  'recovery.storm_ended': ({ reason }) => line('The storm is over.', reason ?? ''),
  'incident.opened': ({ reason }) => line('Incident opened:', reason ?? ''),
  'incident.joined': ({ reason }) => line('Another worker ended by it:', reason ?? ''),
  'incident.merged': ({ reason }) => line('Merged:', reason ?? ''),
  'incident.taken': ({ actor }) => line('Taken', `by ${actor.name}.`),
  'incident.dropped': ({ actor }) => line('Handed back', `by ${actor.name}.`),
  'incident.noted': ({ reason }) => line('', quoted(reason)),
  'incident.braked': ({ reason }) => line('Automatic recovery stopped:', reason ?? ''),
  'incident.released': ({ reason }) => line('Brake released:', quoted(reason)),
  'incident.resolved': ({ reason }) => line('Resolved:', quoted(reason)),
  'incident.reopened': ({ reason }) => line('Reopened:', reason ?? ''),
  'task.refunded': ({ reason }) => line('Not its fault after all:', reason ?? 'its interruption costs nothing'),
}

function finished(event: TaskEvent, attempts: readonly Attempt[]): EventWords {
  const { toStatus, reason, data } = event
  const word = toStatus === null ? 'Finished' : STATUS_LOOKS[toStatus].word
  const sealed = toStatus === 'failed' && data.sealed === true ? ', sealed' : ''
  const exit = typeof data.exitCode === 'number' ? `, exit code ${data.exitCode}` : ''
  const words = line(`${word}${sealed}.`, `${attemptOf(event)}${exit}${reason ? `: ${reason}` : ''}`)
  return toStatus === 'failed' ? { ...words, more: errorOf(event, attempts) } : words
}

/** With what it failed, in the words of whoever ran it. */
function errorOf({ attempt }: TaskEvent, attempts: readonly Attempt[]): string | undefined {
  const { errorClass, errorMessage } = attempts.find((one) => one.attempt === attempt) ?? {}
  return [errorClass, errorMessage].filter(Boolean).join(': ') || undefined
}

function line(lead: string, rest = ''): EventWords {
  return { lead, rest }
}

function attemptOf({ attempt }: TaskEvent): string {
  return attempt === null ? 'Before the first attempt' : `Attempt ${attempt}`
}

function onWorker({ attempt }: TaskEvent, attempts: readonly Attempt[]): string {
  const worker = attempts.find((one) => one.attempt === attempt)?.workerName
  return worker === undefined ? '' : ` on ${worker}`
}

function because({ reason }: TaskEvent): string {
  return reason ? `, ${reason}` : ''
}

function invalidated({ data }: TaskEvent): string {
  const session = text(data.sessionId)
  return session === undefined || data.cause === 'shutdown' ? '' : ` Session ${shortened(session)} invalidated.`
}

/** What a refused final report said of itself. */
function reported(data: TaskEvent['data']): string | undefined {
  const outcome = text(data.outcome)
  if (outcome === undefined) return typeof data.bytes === 'number' ? formatBytes(data.bytes) : undefined
  const turns = typeof data.turns === 'number' ? `, ${plural(data.turns, 'turn')}` : ''
  const cost = typeof data.costUsd === 'number' ? `, ${formatMoney(data.costUsd)}` : ''
  return `It says ${outcome}${turns}${cost}. The report is kept.`
}

/** "2 of 3 (branch)" */
function stepOf({ position, steps, kind }: TaskEvent['data']): string {
  return `${position} of ${steps} (${text(kind) ?? 'unknown'})`
}

function quoted(words: string | null): string {
  return words === null ? '' : `“${words}”`
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function shortened(id: string | undefined): string {
  return id === undefined ? 'unknown' : id.length <= 12 ? id : `${id.slice(0, 8)}…`
}
