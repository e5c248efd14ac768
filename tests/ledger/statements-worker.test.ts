/** What workers ask for and report, statement by statement: each is fenced by all that it names. */
import '#lib/ledger/index.ts'
import { probeAll } from '../support/probe.ts'
import * as world from '../support/world.ts'
import { LONG_AGO, makeEnded, NOW, setAttempt, setTask } from '../support/world.ts'

const AGAIN = { task_id: 'crowd-again', attempt: 2, worker_id: 'crowd-worker' }
const WORKER = { worker_id: 'crowd-worker' }

probeAll('a statement of attempts by itself', {
  readCurrent: {
    input: { ...AGAIN, attempt: 1 },
    reads: 'task_id, listed, attempt, finish_message_id',
    finds: ['again 1 2 again-1-message'],
    unless: [[{ worker_id: 'nobody' }, 'again 1 2 null'], [{ task_id: 'nobody' }]],
  },
  readAttemptHolders: {
    input: { ...AGAIN, attempt: 1 },
    reads: 'task_id, attempt',
    finds: ['again 1'],
    unless: [[{ attempt: 2 }], [{ task_id: 'crowd-twin' }]],
  },
  readIsolated: {
    given: [world.setOpenAttempts('isolated = true')],
    input: AGAIN,
    reads: 'task_id',
    finds: ['again'],
    unless: [[{ attempt: 1 }], [setAttempt('again', 2, 'isolated = false')]],
  },
  endAttempts: {
    given: [setAttempt('again', 2, "worker_id = 'crowd-dead'"), world.setWorker('dead', 'last_heartbeat_at = 5')],
    input: { ...AGAIN, worker_id: 'crowd-dead', status: 'failed', blame_ppm: 0, at: 9 },
    writes: 'task_attempts',
    shows: 'last_heartbeat_at',
    finds: ['again 2 5'],
  },
  clearSilence: {
    given: [world.setOpenAttempts('silent_at = 1'), makeEnded('queued', 1, { silent_at: 1 })],
    input: { ...AGAIN, id: 'crowd-again' },
    reads: 'task_id',
    finds: ['again'],
    unless: [
      [{ attempt: 7 }],
      [{ worker_id: 'nobody' }],
      [{ id: 'crowd-queued', attempt: 1 }],
      [setAttempt('again', 2, 'silent_at = NULL')],
    ],
  },
  markUnlisted: {
    input: { ...AGAIN, at: 5 },
    writes: 'task_attempts',
    finds: ['again 2'],
    unless: [[setAttempt('again', 2, 'unlisted_at = 1')]],
  },
  readUnlisted: {
    given: [
      setAttempt('again', 2, 'unlisted_at = 1'),
      setAttempt('running', 1, "unlisted_at = 1, worker_id = 'crowd-dead'"),
      makeEnded('queued', 1, { unlisted_at: 1 }),
    ],
    input: WORKER,
    reads: 'task_id, attempt',
    finds: ['again 2'],
  },
})

probeAll('a statement of workers by itself', {
  lookAtWorkers: {
    input: WORKER,
    reads: 'id, leased',
    finds: ['worker 1'],
    locks: 'workers',
    locked: ['worker'],
    unless: [
      [world.setWorker('worker', `lease_expires_at = ${NOW}`), 'worker 0'],
      [world.stopWorker('worker'), 'worker 0'],
    ],
  },
  lockWorkers: {
    input: WORKER,
    reads: 'id, leased',
    finds: ['worker 1'],
    locks: 'workers',
    locked: ['worker'],
    unless: [
      [world.setWorker('worker', `lease_expires_at = ${NOW}`), 'worker 0'],
      [world.stopWorker('worker'), 'worker 0'],
    ],
  },
  countFreeSlots: {
    given: [setTask('running', "worker_id = 'crowd-dead'")],
    input: WORKER,
    reads: 'id, free',
    finds: ['worker 96'],
  },
  readWorkers: {
    given: [setTask('running', "worker_id = 'crowd-dead'")],
    input: WORKER,
    reads: 'id, held',
    finds: ['worker 3'],
  },
  readHeld: {
    given: [setTask('running', "worker_id = 'crowd-dead'"), setTask('assigned', "worker_id = 'crowd-dead'")],
    input: { worker_id: 'crowd-dead' },
    finds: ['running'],
  },
  renewLeases: {
    input: WORKER,
    writes: 'workers',
    finds: ['worker'],
    unless: [
      [{ worker_id: 'nobody' }],
      [world.setWorker('worker', `lease_expires_at = ${NOW}`)],
      [world.stopWorker('worker')],
    ],
  },
  moveWorkers: {
    given: [world.makeWorker('peer')],
    input: { ...WORKER, from_state: 'alive', to_state: 'draining' },
    writes: 'workers',
    finds: ['worker'],
    unless: [[{ from_state: 'draining' }]],
  },
  readExpiredHolders: {
    given: [
      ...['running', 'twin', 'assigned'].map((id) => setTask(id, "worker_id = 'crowd-dead'")),
      world.makeDead('gone'),
    ],
    input: { task_id: 'crowd-running', worker_id: 'crowd-worker' },
    reads: 'task_id, worker_id',
    finds: ['running dead'],
    unless: [
      [{ task_id: 'crowd-assigned' }],
      [{ worker_id: 'crowd-dead' }],
      [world.setWorker('dead', `lease_expires_at = ${world.FAR}`), 'running dead'],
      [{ task_id: 'crowd-again', worker_id: 'crowd-dead' }],
    ],
  },
  'readExpiredHolders of one whose lease ran out': {
    given: [world.setWorker('worker', `lease_expires_at = ${NOW}`)],
    input: { task_id: 'crowd-again', worker_id: 'crowd-dead' },
    reads: 'task_id, worker_id',
    finds: ['again worker'],
    unless: [[world.setWorker('worker', `lease_expires_at = ${NOW + 1}`)]],
  },
  readIdle: {
    given: [setTask('assigned', "worker_id = 'crowd-dead'")],
    input: { worker_id: 'crowd-dead' },
    reads: 'worker_id',
    finds: ['dead'],
    unless: [[WORKER]],
  },
})

const CLAIM = { ...WORKER, max: 50, exclusion_ms: 60_000, isolation_ms: 60_001 }

probeAll('a claim by itself', {
  lockDue: {
    given: [
      world.setWorker('dead', `skills = '["crowd"]'`),
      setAttempt('running', 1, "worker_id = 'crowd-dead', isolated = true"),
      makeEnded('sealed', 9, { isolated: true }),
    ],
    input: CLAIM,
    finds: ['assigned', 'queued'],
    locks: 'task_history',
    unless: [
      [setTask('queued', 'held_at = 1'), 'assigned'],
      [setTask('queued', `not_before = ${NOW}`), 'assigned', 'queued'],
      [setTask('queued', `not_before = ${NOW + 1}`), 'assigned'],
      [setTask('queued', `requires = '["other"]'`), 'assigned'],
      [setTask('queued', 'suspect = true'), 'assigned'],
      [[setTask('queued', 'suspect = true'), { isolation_ms: 60_000 }], 'assigned', 'queued'],
      [setTask('assigned', 'suspect = true'), 'assigned', 'queued'],
      [setTask('assigned', "worker_id = 'crowd-dead'"), 'queued'],
      [setAttempt('again', 2, 'isolated = true')],
    ],
  },
  'lockDue for another than the worker that it excludes': {
    given: [setTask('assigned', "worker_id = NULL, excluded_worker_id = 'crowd-worker'"), world.makeWorker('peer')],
    input: CLAIM,
    finds: ['queued'],
    unless: [
      [setTask('assigned', "excluded_worker_id = 'another'"), 'assigned', 'queued'],
      ["DELETE FROM workers WHERE id = 'crowd-peer'", 'assigned', 'queued'],
      [world.setWorker('peer', "state = 'draining'"), 'assigned', 'queued'],
      [world.setWorker('peer', `lease_expires_at = ${NOW}`), 'assigned', 'queued'],
      [world.setWorker('peer', "skills = '[]'"), 'assigned', 'queued'],
      [setTask('assigned', `assigned_at = ${LONG_AGO}`), 'assigned', 'queued'],
    ],
  },
  'lockDue of a suspect for one that holds nothing': {
    given: [
      world.setWorker('dead', `skills = '["crowd"]'`),
      setTask('queued', 'suspect = true'),
      setTask('assigned', "worker_id = 'crowd-dead'"),
    ],
    input: { ...CLAIM, worker_id: 'crowd-dead' },
    finds: ['assigned', 'queued'],
    unless: [[setTask('running', "worker_id = 'crowd-dead'"), 'assigned']],
  },
})
