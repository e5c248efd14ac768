/** What attempts leave behind, statement by statement: output, checkpoints, sessions and late reports. */
import '#lib/ledger/index.ts'
import { probeAll } from '../support/probe.ts'
import * as world from '../support/world.ts'
import { makeCheckpoint, makeOutput, makeReport, setSession } from '../support/world.ts'

const AGAIN = { task_id: 'crowd-again', attempt: 2, worker_id: 'crowd-worker' }
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

probeAll('a statement of what attempts leave by itself', {
  insertCheckpoints: {
    input: { ...AGAIN, turn: 2, state: {}, at: 1 },
    reads: 'task_id',
    finds: ['again'],
    unless: [[{ turn: 1 }]],
  },
  pruneCheckpoints: {
    given: [
      ...numbers(2, 11).map((turn) => makeCheckpoint('again', 2, turn)),
      ...numbers(2, 11).map((turn) => makeCheckpoint('again', 1, turn)),
      ...numbers(2, 11).map((turn) => makeCheckpoint('twin', 2, turn)),
    ],
    input: AGAIN,
    writes: 'checkpoints',
    finds: ['again 2 1'],
  },
  dropCheckpoints: { input: AGAIN, writes: 'checkpoints', finds: ['again 1 1', 'again 2 1'] },
  readResumePoints: {
    given: ['again-1', 'twin-1'].map((id) => setSession(id, "status = 'resumable'")),
    input: { task_id: 'crowd-again', ended: 1, attempt: 1, turn: 1, session_id: 'crowd-again-1' },
    reads: 'task_id, attempt, turn, session_id',
    finds: ['again 1 1 again-1'],
    unless: [
      [{ attempt: 7 }, 'again null null again-1'],
      [{ turn: 7 }, 'again null null again-1'],
      [{ session_id: 'nobody' }, 'again 1 1 null'],
      [{ session_id: 'crowd-twin-1' }, 'again 1 1 null'],
      [setSession('again-1', "status = 'closed'"), 'again 1 1 null'],
    ],
  },
  endSessions: {
    given: [setSession('again-1', "status = 'resumable'"), setSession('twin-1', "status = 'resumable'")],
    input: { ...AGAIN, status: 'invalidated', reason: 'x', at: 5 },
    writes: 'sessions',
    finds: ['again-1', 'again-2'],
    unless: [
      [{ attempt: 1 }],
      [setSession('again-1', "status = 'closed'"), 'again-2'],
      [setSession('again-2', "status = 'resumable', ended_at = 1"), 'again-1'],
    ],
  },
  upsertSessions: {
    input: { ...AGAIN, session_id: 'crowd-again-2', at: 5 },
    finds: ['again-2'],
    unless: [
      [{ session_id: 'crowd-twin-1' }, 'twin-1'],
      [{ session_id: 'crowd-twin-2' }],
      [{ attempt: 1 }],
      [setSession('again-2', "status = 'invalidated', ended_at = 1")],
    ],
  },
  readSessions: { input: { session_id: 'crowd-again-2' }, finds: ['again-2'] },
  closeFormerSessions: {
    input: { ...AGAIN, session_id: 'another', at: 5 },
    writes: 'sessions',
    finds: ['again-2'],
    unless: [
      [{ attempt: 1 }],
      [{ session_id: 'crowd-again-2' }],
      [setSession('again-2', "status = 'closed', ended_at = 1")],
    ],
  },
  keepReports: {
    given: [
      ...numbers(1, 18).map((number) => makeReport('again', 1, `late-${number}`)),
      ...numbers(1, 3).map((number) => makeReport('again', 2, `late-${number}`)),
    ],
    input: { ...AGAIN, attempt: 1, id: 'another', outcome: 'success', report: {}, status: 'kept', at: 1 },
    writes: 'late_reports',
    finds: ['again 1 another'],
    unless: [[makeReport('again', 1, 'late-19')], [{ id: 'late-1' }]],
  },
})

probeAll('a statement of output by itself', {
  readOutputTails: {
    given: [makeOutput('again', 2, 'stderr', 8)],
    input: { ...AGAIN, stream: 'stdout', above: 6 },
    reads: 'task_id, stream',
    finds: ['again stdout'],
    unless: [[{ above: 7 }]],
  },
  readFullOutputs: {
    given: [world.setOpenAttempts('output_bytes = 9')],
    input: { ...AGAIN, bytes_max: 8 },
    reads: 'task_id, attempt',
    finds: ['again 2'],
    unless: [[{ attempt: 1 }], [{ bytes_max: 9 }]],
  },
  readOldestOutput: { input: { ...AGAIN, keep: 0 }, reads: 'task_id, attempt', finds: ['again 2'] },
  deleteOutput: {
    given: [makeOutput('again', 2, 'stderr', 8, { id: 77_777 })],
    input: { id: 77_777 },
    writes: 'task_output',
    finds: ['again 2 stderr 8'],
  },
  markDropped: {
    given: [makeOutput('again', 2, 'stderr', 8, { id: 77_777 })],
    input: { id: 77_777, dropped: { from: 1, to: 2, bytes: 3 } },
    writes: 'task_output',
    finds: ['again 2 stderr 8'],
  },
  lowerOutputBytes: {
    given: [world.setOpenAttempts('output_bytes = 9')],
    input: { ...AGAIN, bytes: 3 },
    writes: 'task_attempts',
    finds: ['again 2'],
    unless: [[{ attempt: 1 }]],
  },
  readHighest: {
    given: [
      makeOutput('twin', 2, 'stdout', 9),
      makeOutput('again', 1, 'stdout', 8),
      makeOutput('again', 2, 'stderr', 11),
    ],
    input: { ...AGAIN, stream: 'stdout' },
    reads: 'task_id, highest',
    finds: ['again 7'],
  },
})
