/** SQL with which a probe of a statement makes its world: facts of the crowd set by hand, and more of its kind. */
import { START_MS } from './clock.ts'
import { rowOf } from './crowd.ts'

export const NOW = START_MS
/** When everything of the crowd began, and ended where it has. */
export const LONG_AGO = START_MS - 60_000
export const FAR = START_MS + 365 * 86_400_000

type Columns = Readonly<Record<string, unknown>>

export const setTask = (id: string, to: string) => `UPDATE task_history SET ${to} WHERE id = 'crowd-${id}'`
export const setAttempt = (id: string, attempt: number, to: string) =>
  `UPDATE task_attempts SET ${to} WHERE task_id = 'crowd-${id}' AND attempt = ${attempt}`
export const setOpenAttempts = (to: string) => `UPDATE task_attempts SET ${to} WHERE finished_at IS NULL`
export const setWorker = (id: string, to: string) => `UPDATE workers SET ${to} WHERE id = 'crowd-${id}'`
export const setSession = (id: string, to: string) => `UPDATE sessions SET ${to} WHERE id = 'crowd-${id}'`
export const setIncident = (id: string, to: string) => `UPDATE incidents SET ${to} WHERE id = 'crowd-${id}'`
export const setEnd = (id: string, to: string) => `UPDATE incident_workers SET ${to} WHERE worker_id = 'crowd-${id}'`

/** A task that nobody may change any more. */
export const sealTask = (id: string) =>
  setTask(id, "status = 'cancelled', sealed_at = 1, finished_at = 1, worker_id = NULL, next_action = NULL")
export const stopWorker = (id: string) => setWorker(id, "state = 'stopped', ended_at = 1")

export const makeWorker = (id: string, more: Columns = {}) =>
  rowOf('workers', {
    ...{
      id: `crowd-${id}`,
      name: id,
      host: 'elsewhere',
      pid: 3,
      skills: '["crowd"]',
      state: 'alive',
      lease_ms: 30_000,
    },
    ...{ lease_expires_at: FAR, last_heartbeat_at: LONG_AGO, registered_at: LONG_AGO, ...more },
  })
export const makeDead = (id: string, more: Columns = {}) =>
  makeWorker(id, { state: 'dead', death_kind: 'suspected', ended_at: LONG_AGO, ...more })

/** An attempt that is over, with what no attempt under way can be given any more. */
export const makeEnded = (id: string, attempt: number, more: Columns = {}) =>
  rowOf('task_attempts', {
    ...{ task_id: `crowd-${id}`, attempt, worker_id: 'crowd-worker', request_id: `${id}-${attempt}`, status: 'failed' },
    ...{ started_at: 1, progress_at: 1, finished_at: 1, ...more },
  })

export const makeIncident = (id: string, more: Columns = {}) =>
  rowOf('incidents', { id: `crowd-${id}`, cause: 'worker_death', title: id, opened_at: 1, ...more })
/** That the end of a worker was judged, and belongs to an incident. */
export const makeEnd = (worker: string, incident: string, more: Columns = {}) =>
  rowOf('incident_workers', {
    ...{
      worker_id: `crowd-${worker}`,
      incident_id: `crowd-${incident}`,
      held: 1,
      blame_ppm: 5,
      ended_at: 200,
      ...more,
    },
  })

export const makeCheckpoint = (id: string, attempt: number, turn: number, state = '{}') =>
  rowOf('checkpoints', { task_id: `crowd-${id}`, attempt, turn, state, created_at: 1 })
export const makeOutput = (id: string, attempt: number, stream: string, sequence: number, more: Columns = {}) =>
  rowOf('task_output', {
    ...{
      task_id: `crowd-${id}`,
      attempt,
      stream,
      sequence,
      message_id: `${stream}-${sequence}`,
      data: 'x',
      at: 1,
      ...more,
    },
  })
export const makeReport = (task: string, attempt: number, id: string) =>
  rowOf('late_reports', {
    ...{ id, task_id: `crowd-${task}`, attempt, worker_id: 'crowd-worker', outcome: 'success', report: '{}' },
    ...{ status: 'kept', received_at: 1 },
  })
export const makeStep = (task: string, id: string, position: number, more: Columns = {}) =>
  rowOf('compensations', {
    ...{
      task_id: `crowd-${task}`,
      id,
      position,
      kind: 'x',
      target: 'x',
      reason: 'x',
      status: 'registered',
      created_at: 1,
    },
    ...more,
  })
export const makeEvent = (type: string, more: Columns = {}) =>
  rowOf('task_events', { type, actor_kind: 'system', actor_name: 'crowd', at: 1, ...more })
export const makeOperation = (id: string, more: Columns = {}) =>
  rowOf('operations', {
    ...{
      id: `crowd-${id}`,
      action: 'note',
      scope: '{}',
      reason: 'x',
      actor_name: 'ada',
      status: 'running',
      created_at: 1,
    },
    ...more,
  })
export const makeItem = (operation: string, place: number) =>
  rowOf('operation_items', { operation_id: `crowd-${operation}`, place, task_id: `task-${place}` })
export const makePause = (id: string, more: Columns = {}) =>
  rowOf('recovery_pauses', {
    ...{ id: `crowd-${id}`, reason: 'x', actor_name: 'ada', started_at: 1, until_at: FAR, ...more },
  })
