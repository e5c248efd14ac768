/** What recovery finds to do, statement by statement: nothing before its time, and nothing that somebody else has in hand. */
import '#lib/ledger/index.ts'
import { probeAll } from '../support/probe.ts'
import * as world from '../support/world.ts'
import {
  LONG_AGO,
  makeCheckpoint,
  makeEnded,
  makeOutput,
  makeWorker,
  NOW,
  setAttempt,
  setSession,
  setTask,
  setWorker,
} from '../support/world.ts'

const WORKER = { worker_id: 'crowd-worker' }
const RESUMABLE = "status = 'resumable', ended_at = 1"
const NO_SESSION = setSession('again-2', "status = 'closed', ended_at = 1")
const NO_CHECKPOINT = "DELETE FROM checkpoints WHERE task_id = 'crowd-again'"
const NO_OUTPUT = "DELETE FROM task_output WHERE task_id = 'crowd-again' AND attempt = 2"
const FACTS = [
  makeCheckpoint('waiting', 3, 5),
  makeCheckpoint('again', 3, 4, '[1]'),
  ...(['stdout', 'stderr'] as const).flatMap((stream) => [
    makeOutput('twin', 2, stream, 20),
    makeOutput('again', 1, stream, 21),
  ]),
  makeOutput('again', 2, 'stderr', 11),
]
const AGAIN = { id: 'crowd-again', task_id: 'crowd-again', attempt: 2 }

probeAll('a statement of what is due by itself', {
  lockDueVerdicts: {
    given: [setTask('failed', `next_action = 'reassign', next_at = ${NOW}`)],
    reads: 'id, compensations',
    finds: ['failed 1'],
    locks: 'task_history',
    locked: ['failed'],
    unless: [
      [setTask('failed', `next_at = ${NOW + 1}`)],
      [setTask('failed', 'sealed_at = 1, next_action = NULL')],
      [setTask('failed', "next_action = 'compensate', compensating_since = 1")],
      [setTask('failed', "next_action = 'compensate'"), 'failed 1'],
      [setTask('failed', 'compensating_since = 1'), 'failed 1'],
      [setTask('queued', "next_action = 'reassign', next_at = 1"), 'failed 1'],
    ],
  },
  lockDueSteps: {
    given: [setTask('failed', `next_action = 'compensate', compensating_since = 1, next_at = ${NOW}`)],
    input: { max: 9 },
    finds: ['failed'],
    locks: 'task_history',
    unless: [
      [setTask('failed', `next_at = ${NOW + 1}`)],
      [setTask('failed', "next_action = 'reassign'")],
      [setTask('failed', 'compensating_since = NULL')],
      [setTask('queued', "next_action = 'compensate', compensating_since = 1, next_at = 1"), 'failed'],
    ],
  },
  lockSilent: {
    given: [
      ...['again', 'waiting'].map((id) => setTask(id, 'progress_timeout_ms = 60000')),
      'INSERT INTO ledger_clock (id, swept_at) VALUES (1, 1)',
    ],
    input: { again: false },
    reads: 'task_id, attempt',
    finds: ['again 2'],
    locks: 'task_history',
    locked: ['again'],
    unless: [
      [setAttempt('again', 2, 'silent_at = 1')],
      [[setAttempt('again', 2, 'silent_at = 1'), { again: true }], 'again 2'],
      [setAttempt('again', 2, "status = 'failed', finished_at = 1")],
      [setAttempt('again', 2, `progress_at = ${LONG_AGO + 1}`)],
      [setTask('again', 'attempt = 3')],
      [`UPDATE ledger_clock SET amnesty_at = ${LONG_AGO + 1}`],
    ],
  },
  markSilent: {
    input: { ...AGAIN, progress_at: LONG_AGO, at: 5 },
    reads: 'task_id',
    finds: ['again'],
    unless: [[{ attempt: 1 }], [{ progress_at: LONG_AGO + 1 }]],
  },
  lockDropped: {
    given: [setAttempt('again', 2, `unlisted_at = ${LONG_AGO - 30_000}`), makeWorker('peer')],
    reads: 'task_id, attempt',
    finds: ['again 2'],
    locks: 'task_history',
    locked: ['again'],
    unless: [
      [setTask('again', 'attempt = 3')],
      [setTask('again', "status = 'interrupted', interrupted_at = 1, worker_id = NULL")],
      [setAttempt('again', 2, "status = 'failed', finished_at = 1")],
      [setWorker('worker', `last_heartbeat_at = ${LONG_AGO - 1}`)],
      [world.stopWorker('worker')],
    ],
  },
  confirmDropped: {
    given: [world.setOpenAttempts('unlisted_at = 5'), makeEnded('queued', 1, { unlisted_at: 5 })],
    input: { ...AGAIN, unlisted_at: 5 },
    reads: 'task_id',
    finds: ['again'],
    unless: [[{ attempt: 1 }], [{ unlisted_at: 6 }], [{ id: 'crowd-queued', attempt: 1 }]],
  },
})

probeAll('a statement of ends by itself', {
  buryWorkers: {
    given: [makeWorker('peer')],
    input: { ...WORKER, kind: 'proven', why: 'gone', beats: 0, rebooted: false },
    writes: 'workers',
    finds: ['worker'],
    unless: [
      [{ beats: 1 }],
      [{ beats: null }, 'worker'],
      [{ kind: 'suspected' }],
      [[{ kind: 'suspected' }, setWorker('worker', `lease_expires_at = ${NOW}`)], 'worker'],
      [{ worker_id: 'crowd-dead' }],
    ],
  },
  countWorkers: { reads: 'live, expired', finds: ['1 0'] },
  readOutwaited: { input: { worker_id: 'crowd-dead' }, finds: ['dead'], unless: [[WORKER]] },
  readOrphans: {
    given: [
      ...['running', 'assigned'].map((id) => setTask(id, "worker_id = 'crowd-dead'")),
      setWorker('dead', 'recovered_at = NULL'),
    ],
    input: { max: 9 },
    finds: ['running'],
    unless: [[setWorker('dead', 'recovered_at = 1')]],
  },
  settleWorkers: {
    given: [
      setWorker('dead', 'recovered_at = NULL'),
      setTask('assigned', "worker_id = 'crowd-dead'"),
      makeWorker('peer'),
      world.makeDead('gone', { recovered_at: 1 }),
    ],
    input: { all_of_them: true },
    writes: 'workers',
    finds: ['dead'],
    unless: [[setTask('running', "worker_id = 'crowd-dead'")]],
  },
  releasePinned: {
    given: [
      ...['running', 'assigned'].map((id) => setTask(id, "worker_id = 'crowd-dead'")),
      setTask('queued', "status = 'assigned', assigned_at = 1"),
    ],
    input: { all_of_them: true },
    writes: 'task_history',
    finds: ['assigned'],
    unless: [[setTask('assigned', "worker_id = 'crowd-worker'")]],
  },
  readWorkerNames: { input: WORKER, reads: 'name', finds: ['worker'] },
  readRecoveryFacts: {
    given: FACTS,
    input: AGAIN,
    reads: 'session_id, checkpoint_attempt, checkpoint_turn, stdout_messages, stderr_messages',
    finds: ['again-2 2 1 7 11'],
    unless: [
      [setSession('again-2', "status = 'closed', ended_at = 1"), 'null 2 1 7 11'],
      [setSession('again-2', "status = 'resumable', ended_at = 1"), 'again-2 2 1 7 11'],
      [{ attempt: 1 }, 'null 2 1 21 21'],
      ["DELETE FROM task_output WHERE stream = 'stderr' AND sequence = 11", 'again-2 2 1 7 null'],
    ],
  },
  'readRecoveryFacts where there is little': {
    given: FACTS,
    input: AGAIN,
    reads: 'session_id, checkpoint_attempt, checkpoint_turn, stdout_messages, stderr_messages',
    finds: ['again-2 2 1 7 11'],
    unless: [
      [[NO_OUTPUT, NO_CHECKPOINT, NO_SESSION]],
      [[NO_OUTPUT, NO_CHECKPOINT, NO_SESSION, setSession('again-1', "status = 'active', ended_at = NULL")]],
      [[NO_OUTPUT, NO_CHECKPOINT], 'again-2 null null null null'],
      [[NO_OUTPUT, NO_CHECKPOINT, setSession('again-2', RESUMABLE)], 'again-2 null null null null'],
      [[NO_OUTPUT, NO_SESSION], 'null 2 1 null null'],
      [[NO_CHECKPOINT, NO_SESSION], 'null null null 7 11'],
    ],
  },
})

probeAll('a statement of routing by itself', {
  readSkillSets: {
    given: [
      setWorker('dead', `skills = '["dead"]', lease_expires_at = ${world.FAR}`),
      makeWorker('peer', { skills: '["late"]', lease_expires_at: NOW }),
    ],
    input: { all_of_them: true },
    reads: 'skills',
    finds: ['["crowd"]'],
  },
  readUnmarked: {
    input: { after: '' },
    finds: ['assigned', 'queued'],
    unless: [
      [{ after: 'crowd-assigned' }, 'queued'],
      [setTask('queued', 'held_at = 1'), 'assigned'],
      [setTask('queued', `not_before = ${NOW}`), 'assigned', 'queued'],
      [setTask('queued', `not_before = ${NOW + 1}`), 'assigned'],
      [setTask('queued', "next_action = 'abort'"), 'assigned'],
      [setTask('queued', "requires = '[]'"), 'assigned'],
    ],
  },
  lockMarked: {
    given: ['queued', 'failed'].map((id) => setTask(id, "next_action = 'abort', next_at = 1")),
    input: { all_of_them: true },
    finds: ['queued'],
    locks: 'task_history',
    unless: [
      [setTask('queued', 'next_at = NULL')],
      [setTask('queued', 'held_at = 1')],
      [setTask('queued', "next_action = 'hold'")],
    ],
  },
  lockStale: {
    given: ['assigned', 'queued'].map((id) => setTask(id, 'assigned_at = 5')),
    input: { before: 5 },
    finds: ['assigned'],
    locks: 'task_history',
    unless: [
      [{ before: 4 }],
      [setTask('assigned', 'held_at = 1')],
      [setTask('assigned', 'not_before = 6')],
      [setTask('assigned', "next_action = 'hold'")],
      [setTask('assigned', "next_action = 'abort'"), 'assigned'],
    ],
  },
})
