/** Drain, resume and goodbye: the changes of a worker's state that are not its death. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Result, Transaction } from '#lib/db/types.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { done, type Operation, operation, type Request, refused } from '#lib/ledger/core/operation.ts'
import { leaseRefusal, readWorkerRows, type WorkerRow } from '#lib/ledger/core/workers.ts'
import type { DrainWorker, ResumeWorker, StopWorker } from '#lib/task/commands.ts'
import type { EventType, Worker, WorkerState } from '#lib/task/schema.ts'
import { readWorkerRecords } from './worker-record.ts'

interface WorkerCommand {
  readonly workerId: string
  readonly reason?: string | undefined
}

interface Move {
  readonly from: readonly WorkerState[]
  readonly to: WorkerState
  readonly event: EventType
  /** Why a worker in another state is refused. */
  refusal(worker: WorkerRow): ReturnType<typeof refused>
}

const moveWorkers = statement(
  'moveWorkers',
  (d) => `UPDATE workers AS w SET state = c.to_state, reason = c.reason,
      ended_at = CASE WHEN c.to_state = 'stopped' THEN ${d.now} ELSE NULL END
    FROM ${d.rows('worker_id text, from_state text, to_state text, reason text')}
    WHERE w.id = c.worker_id AND w.state = c.from_state RETURNING id`,
)

function move<Command extends WorkerCommand>(
  name: string,
  { from, to, event, refusal }: Move,
): Operation<Command, Worker> {
  return operation<Command, Worker>(
    name,
    ({ workerId }) => workerId,
    function* (transaction: Transaction, requests: readonly Request<Command>[]): Plan<Result<Worker>[]> {
      const ids = requests.map(({ command }) => command.workerId)
      const rows = yield* readWorkerRows(ids)
      const movable = requests.filter(({ command }) => {
        const state = rows.get(command.workerId)?.state
        return state !== undefined && from.includes(state)
      })
      const moved = yield* run(
        moveWorkers,
        movable.map(({ command }) => ({
          worker_id: command.workerId,
          from_state: rows.get(command.workerId)?.state,
          to_state: to,
          reason: command.reason ?? null,
        })),
      )
      const changed = new Set(moved.map((row) => row.id as string))
      yield* appendEvents(
        transaction,
        movable
          .filter(({ command }) => changed.has(command.workerId))
          .map(({ context: { actor }, command: { workerId, reason } }) => ({
            type: event,
            actor,
            workerId,
            reason,
            data: { name: rows.get(workerId)?.name },
          })),
      )
      const workers = yield* readWorkerRecords(ids)
      return requests.map(({ command: { workerId } }) => {
        const row = rows.get(workerId)
        const worker = workers.get(workerId)
        if (!row || !worker) return refused('not_found', `no worker has the id ${workerId}`, { workerId })
        const change = { before: { state: row.state }, after: { state: to } }
        return changed.has(workerId) ? done(worker, change) : refusal(row)
      })
    },
  )
}

function wrongState(verb: string) {
  return (worker: WorkerRow) =>
    refused('invalid_transition', `worker ${worker.name} is ${worker.state}: it cannot be ${verb}`, {
      state: worker.state,
    })
}

/** Lets a worker finish what it holds and gives it nothing new; its next heartbeat tells it. */
export const drainWorker = move<DrainWorker>('drainWorker', {
  from: ['alive'],
  to: 'draining',
  event: 'worker.drained',
  refusal: wrongState('drained'),
})

export const resumeWorker = move<ResumeWorker>('resumeWorker', {
  from: ['draining'],
  to: 'alive',
  event: 'worker.resumed',
  refusal: wrongState('resumed'),
})

/** The goodbye itself; `stopWorker` interrupts what the worker still holds. */
export const markStopped = move<StopWorker>('stopWorker', {
  from: ['alive', 'draining'],
  to: 'stopped',
  event: 'worker.stopped',
  refusal: (worker) => leaseRefusal({ ...worker, leased: false }, worker.id) ?? wrongState('stopped')(worker),
})
