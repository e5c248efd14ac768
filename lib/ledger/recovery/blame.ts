/** What an interruption costs each task, by the end of the worker that caused it, and how it is held back. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan } from '#lib/db/types.ts'
import type { AttemptKey } from '#lib/ledger/core/attempts.ts'
import type { TaskRow } from '#lib/ledger/core/rows.ts'
import { WHOLE_PPM } from '#lib/task/recovery.ts'
import type { AttemptEnd } from './aftermath.ts'
import { DEATHS } from './judge-ends.ts'
import { isPaused } from './pause.ts'
import type { Judgement } from './read-ends.ts'

export interface Interrupted {
  readonly key: AttemptKey
  readonly cause: string
  readonly row: TaskRow
}

export type Blame = Required<
  Pick<AttemptEnd, 'blamePpm' | 'convicted' | 'suspect' | 'pacedMs' | 'brakeReason' | 'paused'>
> & {
  readonly incidentId: string | null
  /** How many tasks shared the end of the worker. */
  readonly held: number
}

const readIsolated = statement(
  'readIsolated',
  (d) => `SELECT a.task_id FROM ${d.rows('task_id text, attempt integer')}
    JOIN task_attempts AS a ON a.task_id = c.task_id AND a.attempt = c.attempt AND a.isolated`,
)

/** What each of these tasks is charged. Their ends are judged already. */
export function* blameOf(
  perSecond: number,
  judgements: ReadonlyMap<string, Judgement>,
  interrupted: readonly Interrupted[],
): Plan<Map<string, Blame>> {
  const paused = yield* isPaused()
  const suspects = interrupted.filter(({ row }) => row.suspect)
  const isolated = new Set(
    (yield* run(
      readIsolated,
      suspects.map(({ key }) => ({ task_id: key.taskId, attempt: key.attempt })),
    )).map((row) => row.task_id),
  )
  const paced = yield* paceMass(judgements, interrupted, perSecond)
  return new Map(
    interrupted.map(({ key: { taskId, workerId }, cause, row }) => {
      const judgement = judgements.get(workerId)
      const blamePpm = judgement ? judgement.blamePpm : WHOLE_PPM
      const died = DEATHS.includes(cause)
      // Nobody was to blame for what hit many, so nothing was learnt of the task either.
      const excused = died && blamePpm === 0
      const held = judgement?.held ?? 1
      const blame: Blame = {
        incidentId: judgement?.incidentId ?? null,
        blamePpm,
        held,
        // One that others joined behind the ledger's back did not die alone.
        convicted: died && blamePpm > 0 && held === 1 && isolated.has(taskId),
        suspect: excused ? Boolean(row.suspect) : died && held > 1,
        pacedMs: paced.get(taskId) ?? 0,
        brakeReason: judgement?.brakeReason ?? null,
        paused,
      }
      return [taskId, blame]
    }),
  )
}

const takePlaces = statement(
  'takePlaces',
  (d) => `UPDATE incidents AS t SET paced = t.paced + c.places FROM ${d.rows('incident_id text, places integer')}
    WHERE t.id = c.incident_id RETURNING id, paced`,
)

/** The place of each task in the queue of its incident, as a delay. One row a mass event counts the places. */
export function* placesOf(
  tasks: readonly { readonly taskId: string; readonly incidentId: string }[],
  perSecond: number,
): Plan<Map<string, number>> {
  const queues = new Map<string, string[]>()
  for (const { taskId, incidentId } of tasks) {
    const queue = queues.get(incidentId)
    if (queue) queue.push(taskId)
    else queues.set(incidentId, [taskId])
  }
  const rows = yield* run(
    takePlaces,
    [...queues].map(([incident_id, queue]) => ({ incident_id, places: queue.length })),
  )
  return new Map(
    rows.flatMap((row) => {
      const queue = queues.get(row.id as string) ?? []
      const first = Number(row.paced) - queue.length
      return queue.map((taskId, index) => [taskId, offsetMs(first + index, perSecond)] as const)
    }),
  )
}

const DOUBLES_EVERY_MS = 10_000

/** So many a second at first, and twice as many with every ten seconds: 100,000 are through within two minutes. */
function offsetMs(place: number, perSecond: number): number {
  return Math.round(DOUBLES_EVERY_MS * Math.log2(1 + place / ((perSecond * DOUBLES_EVERY_MS) / 1000)))
}

function paceMass(
  judgements: ReadonlyMap<string, Judgement>,
  interrupted: readonly Interrupted[],
  perSecond: number,
): Plan<Map<string, number>> {
  const mass = interrupted.flatMap(({ key: { taskId, workerId } }) => {
    const judgement = judgements.get(workerId)
    const many = judgement?.cause === 'mass_event' || judgement?.cause === 'host_reboot'
    return judgement && many ? [{ taskId, incidentId: judgement.incidentId }] : []
  })
  return placesOf(mass, perSecond)
}
