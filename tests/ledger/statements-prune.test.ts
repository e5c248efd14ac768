/** What retention throws away, statement by statement: what is old, and nothing that anything else still needs. */
import '#lib/ledger/index.ts'
import { probeAll } from '../support/probe.ts'
import {
  LONG_AGO,
  makeDead,
  makeEvent,
  makeIncident,
  makeItem,
  makeOperation,
  makePause,
  sealTask,
  setAttempt,
  setTask,
  setWorker,
} from '../support/world.ts'

const AGAIN = { task_id: 'crowd-again' }
const AGED = { before: 6 }
const run = (id: string, finished_at: number) =>
  `INSERT INTO recovery_runs (id, "trigger", started_at, finished_at, workers_dead, interrupted, quarantined, reassigned)
    VALUES ('crowd-${id}', 'boot', 1, ${finished_at}, 0, 0, 0, 0)`

const ended = (id: string, finished_at: number) => makeOperation(id, { status: 'done', finished_at })
const underWay = [makeOperation('under way'), makeItem('under way', 1)]

probeAll('a statement of retention by itself', {
  readOldTasks: { input: { before: LONG_AGO + 1 }, finds: ['both', 'sealed'], unless: [[{ before: LONG_AGO }]] },
  prune_task_events: { input: AGAIN, writes: 'task_events', finds: ['task.created again'] },
  prune_task_output: { input: AGAIN, writes: 'task_output', finds: ['again 1 stdout 7', 'again 2 stdout 7'] },
  prune_late_reports: { input: AGAIN, writes: 'late_reports', finds: ['again 1 again-1-late'] },
  prune_checkpoints: { input: AGAIN, writes: 'checkpoints', finds: ['again 1 1', 'again 2 1'] },
  prune_compensations: { input: AGAIN, writes: 'compensations', finds: ['again again-step'] },
  prune_sessions: { input: AGAIN, writes: 'sessions', finds: ['again-1', 'again-2'] },
  pruneTasks: {
    given: [sealTask('queued')],
    input: { task_id: 'crowd-queued' },
    writes: 'task_history',
    finds: ['queued'],
    unless: [[{ task_id: 'crowd-assigned' }]],
  },
  pruneOld_recovery_runs: {
    given: [run('old', 5), run('new', 6)],
    input: AGED,
    writes: 'recovery_runs',
    finds: ['old'],
  },
  pruneOld_task_events: {
    given: [makeEvent('old', { at: 5 }), makeEvent('new', { at: 6 }), makeEvent('of a task', { at: 5, task_id: 'x' })],
    input: AGED,
    writes: 'task_events',
    finds: ['old null'],
  },
  pruneOld_workers: {
    given: [
      makeDead('gone', { ended_at: 5, recovered_at: 5 }),
      makeDead('late', { ended_at: 6, recovered_at: 6 }),
      makeDead('open', { ended_at: 5 }),
      setWorker('dead', 'ended_at = 5, recovered_at = 5'),
      setAttempt('running', 1, "worker_id = 'crowd-dead'"),
    ],
    input: AGED,
    writes: 'workers',
    finds: ['gone'],
  },
  pruneOld_incidents: {
    given: [
      makeIncident('old', { opened_at: 5 }),
      makeIncident('late', { opened_at: 6 }),
      makeIncident('of an attempt', { opened_at: 5 }),
      makeIncident('of a task', { opened_at: 5 }),
      setAttempt('running', 1, "incident_id = 'crowd-of an attempt'"),
      setTask('running', "incident_id = 'crowd-of a task'"),
    ],
    input: AGED,
    writes: 'incidents',
    finds: ['old'],
  },
  pruneOld_recovery_pauses: {
    given: [makePause('old', { ended_at: 5 }), makePause('late', { ended_at: 6 })],
    input: AGED,
    writes: 'recovery_pauses',
    finds: ['old'],
  },
  pruneOld_operation_items: {
    given: [ended('old', 5), makeItem('old', 1), ended('late', 6), makeItem('late', 1), ...underWay],
    input: AGED,
    writes: 'operation_items',
    finds: ['old 1'],
  },
  pruneOld_operations: {
    given: [ended('old', 5), ended('late', 6), ended('of a task', 5), makeItem('of a task', 1), ...underWay],
    input: AGED,
    writes: 'operations',
    finds: ['old'],
  },
})
