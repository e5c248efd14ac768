/** What is known of tasks, undone, and done to many at once, statement by statement. */
import '#lib/ledger/index.ts'
import { probeAll } from '../support/probe.ts'
import { makeEnded, makeEvent, makeItem, makeOperation, makeReport, makeStep, NOW, setTask } from '../support/world.ts'

const AGAIN = { task_id: 'crowd-again', attempt: 2 }
const REFUSAL = { ...AGAIN, worker_id: 'crowd-worker', reason: 'late' }
const TASK = { title: 'x', labels: {}, max_retries: 1, created_at: 1, updated_at: 1 }

probeAll('a statement of tasks by itself', {
  lockTasks: { input: AGAIN, finds: ['again'], locks: 'task_history' },
  insertTasks: {
    input: {
      ...{ ...TASK, id: 'another', status: 'queued', attempt: 0, priority: 0, requires: [], side_effects: false },
      ...{ retries_used: 0, interruptions: 0, max_interruptions: 3 },
    },
    writes: 'task_history',
    finds: ['another'],
    unless: [[{ id: 'crowd-sealed' }]],
  },
  insertImported: {
    input: { ...TASK, id: 'another', status: 'success', finished_at: 1, sealed_at: 1 },
    writes: 'task_history',
    finds: ['another'],
    unless: [[{ id: 'crowd-sealed' }]],
  },
  readPresent: { input: AGAIN, finds: ['again'] },
  findSuccessors: {
    given: [setTask('queued', "predecessor_id = 'crowd-sealed'"), setTask('assigned', "predecessor_id = 'crowd-both'")],
    input: { task_id: 'crowd-sealed' },
    reads: 'id, predecessor_id',
    finds: ['queued sealed'],
  },
  insertSuccessors: {
    given: [setTask('failed', "status = 'quarantined', sealed_at = 1, next_action = NULL")],
    input: { id: 'another', predecessor_id: 'crowd-failed', at: 1 },
    writes: 'task_history',
    finds: ['another'],
    unless: [[{ predecessor_id: 'crowd-interrupted' }]],
  },
  insertRefusals: {
    given: [makeEvent('task.refused', REFUSAL), makeEvent('task.noted', REFUSAL)],
    input: { ...REFUSAL, actor_kind: 'system', actor_name: 'x', data: {}, at: 1 },
    writes: 'task_events',
    finds: [],
    unless: [
      [{ task_id: 'crowd-twin' }, 'task.refused twin'],
      [{ attempt: 1 }, 'task.refused again'],
      [{ worker_id: 'another' }, 'task.refused again'],
      [{ reason: 'another' }, 'task.refused again'],
      ["DELETE FROM task_events WHERE type = 'task.refused'", 'task.refused again'],
    ],
  },
  sumEarlierAttempts: {
    given: [
      ...[1, 2, 4].map((turns, index) => makeEnded('queued', index + 1, { turns })),
      makeEnded('assigned', 2, { turns: 100 }),
    ],
    input: { task_id: 'crowd-queued', attempt: 3, except_attempt: 1 },
    reads: 'task_id, turns',
    finds: ['queued 2'],
  },
  findReports: {
    given: [makeReport('twin', 1, 'crowd-again-1-late'), makeReport('again', 1, 'another')],
    input: { task_id: 'crowd-again', id: 'crowd-again-1-late' },
    reads: 'task_id, id',
    finds: ['again again-1-late'],
    unless: [[{ attempt: 1 }, 'again again-1-late'], [{ attempt: 2 }]],
  },
  adoptReports: {
    given: [
      makeReport('twin', 1, 'crowd-again-1-late'),
      makeReport('again', 2, 'crowd-again-1-late'),
      makeReport('again', 1, 'another'),
    ],
    input: { task_id: 'crowd-again', attempt: 1, id: 'crowd-again-1-late' },
    writes: 'late_reports',
    finds: ['again 1 again-1-late'],
    unless: [["UPDATE late_reports SET status = 'accepted'"]],
  },
})

const STEP = { task_id: 'crowd-again', id: 'crowd-again-step' }

probeAll('a statement of compensation by itself', {
  countCompensations: { input: AGAIN, reads: 'task_id, count', finds: ['again 1'] },
  readCompensationKinds: { input: AGAIN, reads: 'task_id, kind', finds: ['again crowd'] },
  insertCompensations: {
    given: [makeStep('twin', 'ninth', 9)],
    input: { ...AGAIN, id: 'another', kind: 'x', target: 'x', reason: 'x', status: 'registered', created_at: 1 },
    reads: 'id, position',
    finds: ['another 2'],
  },
  changeCompensations: {
    given: [makeStep('twin', 'crowd-again-step', 2), makeStep('again', 'another', 2)],
    input: { ...STEP, status: 'running', tries: 1, expected_status: 'registered', expected_tries: 0 },
    writes: 'compensations',
    finds: ['again again-step'],
    unless: [[{ expected_status: 'running' }], [{ expected_tries: 1 }]],
  },
  readEndedRunners: {
    given: [
      "UPDATE compensations SET status = 'running', runner_task_id = 'crowd-sealed' WHERE id = 'crowd-again-step'",
    ],
    input: { any: true },
    reads: 'task_id, id',
    finds: ['again again-step'],
    unless: [
      ["UPDATE compensations SET status = 'registered'"],
      ["UPDATE compensations SET runner_task_id = 'crowd-running' WHERE id = 'crowd-again-step'"],
    ],
  },
  readSkilledKinds: {
    input: { kind: 'revert', skills: ['crowd'] },
    reads: 'kind',
    finds: ['revert'],
    unless: [[{ skills: ['another'] }]],
  },
})

const OPERATIONS = ['one', 'two'].flatMap((id) => [
  makeOperation(id, { starts_at: NOW }),
  ...[1, 2, 3, 4].map((place) => makeItem(id, place)),
])
const DONE = "UPDATE operations SET status = 'done' WHERE id = 'crowd-one'"

probeAll('a statement of operations by itself', {
  readOperations: { given: OPERATIONS, input: { id: 'crowd-one' }, finds: ['one'] },
  readOperationStatus: { given: OPERATIONS, input: { operation_id: 'crowd-one' }, finds: ['one'] },
  insertOperations: {
    given: OPERATIONS,
    input: {
      ...{ id: 'another', action: 'note', scope: {}, reason: 'x', actor_kind: 'person', actor_name: 'ada' },
      ...{ parameters: {}, status: 'running', total: 0, created_at: 1, starts_at: 1 },
    },
    writes: 'operations',
    finds: ['another'],
    unless: [[{ id: 'crowd-one' }]],
  },
  lockOperation: {
    given: OPERATIONS,
    input: { id: 'crowd-one' },
    finds: ['one'],
    locks: 'operations',
    unless: [[DONE], [`UPDATE operations SET starts_at = ${NOW + 1}`]],
  },
  readOperationBatch: {
    given: OPERATIONS,
    input: { operation_id: 'crowd-one', after_place: 1, max: 2 },
    reads: 'operation_id, place',
    finds: ['one 2', 'one 3'],
  },
  writeOperationOutcomes: {
    given: OPERATIONS,
    input: { operation_id: 'crowd-one', place: 2, result: 'changed', at: 5 },
    writes: 'operation_items',
    finds: ['one 2'],
    unless: [["UPDATE operation_items SET result = 'changed', at = 1"]],
  },
  advanceOperation: {
    given: OPERATIONS,
    input: {
      ...{ operation_id: 'crowd-one', expected: '0', more_changed: 1, more_skipped: 0, more_failed: 0 },
      ...{ next_position: '1', next_status: 'running', at: 5 },
    },
    writes: 'operations',
    finds: ['one'],
    unless: [[{ expected: '1' }], [DONE]],
  },
  abortOperations: {
    given: OPERATIONS,
    input: { operation_id: 'crowd-one', aborter: 'ada' },
    writes: 'operations',
    finds: ['one'],
    unless: [[DONE]],
  },
})
