import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Result, Row, Transaction } from '#lib/db/types.ts'
import { beginAttempts, begunRecord } from '#lib/ledger/core/attempts.ts'
import { readTaskRecords } from '#lib/ledger/core/change.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { done, operation, type Request } from '#lib/ledger/core/operation.ts'
import { readGiven } from '#lib/ledger/core/resume.ts'
import type { TaskRow } from '#lib/ledger/core/rows.ts'
import { TASK_COLUMNS } from '#lib/ledger/core/task-columns.ts'
import { leaseRefusal, lockWorkerRows, readFreeSlots, type WorkerRow } from '#lib/ledger/core/workers.ts'
import type { ClaimTasks } from '#lib/task/commands.ts'
import type { Resume, Task } from '#lib/task/schema.ts'
import { isolate, notIsolating, suspectMayGo } from './isolation.ts'
import { waitForCommit } from './wait.ts'

/** Work becomes due by the clock as well, not only by a commit. */
const LOOK_AGAIN_MS = 1000

/** The works whose commits may leave something to take. */
const MAKE_DUE = new Set([
  'createTask',
  'reassignTask',
  'undoReassignment',
  'carryOut',
  'settleEnded',
  'resumeWorker',
  'routeTasks',
  'releaseTask',
  'takeSteps',
  'runBatch',
])

/** A task with what a former attempt left to go on from. */
export type ClaimedTask = Task & { readonly resume: Resume | null }

/** Takes the next due tasks that the worker can do, each as a new attempt. The same request id is answered the same again. */
export const takeTasks = operation<ClaimTasks, ClaimedTask[]>('claimTasks', ({ workerId }) => workerId, take)

/** As `takeTasks`, but waits up to `waitMs` for something to take. */
export async function claimTasks(context: Context, command: ClaimTasks, signal?: AbortSignal): Promise<ClaimedTask[]> {
  const deadline = performance.now() + (command.waitMs ?? 0)
  // What is taken for somebody who has gone would be held by nobody until its lease is over.
  while (!signal?.aborted) {
    const committed = waitForCommit(context.db, MAKE_DUE)
    try {
      const tasks = await takeTasks(context, command)
      const leftMs = deadline - performance.now()
      if (tasks.length > 0 || leftMs <= 0 || signal?.aborted) return tasks
      await committed.within(Math.min(leftMs, LOOK_AGAIN_MS), signal)
    } finally {
      committed.cancel()
    }
  }
  return []
}

const readAnswered = statement(
  'readAnswered',
  (d) => `SELECT c.worker_id, a.task_id, a.attempt, a.resumed_from FROM ${d.rows('worker_id text, request_id text')}
    JOIN task_attempts AS a ON a.worker_id = c.worker_id AND a.request_id = c.request_id`,
)

const lockDue = statement(
  'lockDue',
  (
    d,
  ) => `SELECT ${d.whole('t', TASK_COLUMNS)} FROM ${d.rows('worker_id text, max integer, exclusion_ms bigint, isolation_ms bigint')}
    JOIN workers AS w ON w.id = c.worker_id
    JOIN task_history AS t ${d.by('task_history_due')} ON t.status IN ('queued','assigned') AND t.held_at IS NULL
      AND (t.not_before IS NULL OR t.not_before <= ${d.now})
      AND (t.worker_id IS NULL OR t.worker_id = w.id) AND ${d.contains('w.skills', 't.requires')}
      AND (t.excluded_worker_id IS NULL OR t.excluded_worker_id <> w.id OR t.assigned_at <= ${d.now} - c.exclusion_ms
        OR NOT EXISTS (SELECT 1 FROM workers AS peer WHERE peer.id <> w.id AND peer.state = 'alive' AND peer.lease_expires_at > ${d.now}
          AND ${d.contains('peer.skills', 't.requires')}))
      AND ${notIsolating} AND ${suspectMayGo(d)}
    ORDER BY t.priority DESC, COALESCE(t.not_before, t.created_at), t.id
    LIMIT ${d.scalar(1, 'integer')} ${d.lockSkipping}`,
)

function* take(transaction: Transaction, requests: readonly Request<ClaimTasks>[]): Plan<Result<ClaimedTask[]>[]> {
  const workers = yield* lockWorkerRows(requests.map(({ command }) => command.workerId))
  const answered = yield* run(
    readAnswered,
    requests.map(({ command }) => ({ worker_id: command.workerId, request_id: command.requestId })),
  )
  const records = yield* readTaskRecords(answered.map((row) => row.task_id as string))
  const given = yield* readGiven(answered)
  const results: Result<ClaimedTask[]>[] = []
  for (const request of requests) {
    const { workerId } = request.command
    const worker = workers.get(workerId)
    const again = answered.filter((row) => row.worker_id === workerId)
    const tasks = again.length > 0 ? stillHeld(again, records, given) : yield* takeDue(transaction, request, worker)
    results.push(leaseRefusal(worker, workerId) ?? done(tasks))
  }
  return results
}

/** What a claim gave, as far as it is still the worker's: an attempt that ended meanwhile is not to be worked on again. */
function stillHeld(answered: readonly Row[], records: Map<string, Task>, given: Map<string, Resume>): ClaimedTask[] {
  return answered.flatMap((row) => {
    const task = records.get(row.task_id as string)
    return task && task.attempt === row.attempt && task.workerId === row.worker_id
      ? [{ ...task, resume: given.get(task.id) ?? null }]
      : []
  })
}

/** A worker that drains gets nothing new, nor does one whose slots are taken; one whose lease is over gets nothing at all. */
function* takeDue(transaction: Transaction, request: Request<ClaimTasks>, worker?: WorkerRow): Plan<ClaimedTask[]> {
  if (!worker?.leased || worker.state === 'draining') return []
  const { context, command } = request
  const free = (yield* readFreeSlots([worker.id])).get(worker.id) ?? 0
  if (free <= 0) return []
  const { exclusionMs: exclusion_ms, isolationWaitMs: isolation_ms } = context.policy.settings
  const max = Math.min(command.max ?? 1, free)
  const rows = yield* run(lockDue, [{ worker_id: worker.id, max, exclusion_ms, isolation_ms }])
  // The columns are the table's.
  const { rows: due, isolated } = yield* isolate(worker.id, rows as unknown as TaskRow[])
  const begun = yield* beginAttempts(
    transaction,
    due.map((row) => ({ row, workerId: worker.id, requestId: command.requestId, actor: context.actor, isolated })),
  )
  return due
    .flatMap(({ id }) => begun.get(id) ?? [])
    .map(({ row, resume }) => ({ ...begunRecord(transaction, row, worker), resume }))
}
