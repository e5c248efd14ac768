import { v7 } from 'uuid'
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Refusal, Result, Transaction } from '#lib/db/types.ts'
import { lockTaskRows } from '#lib/ledger/core/change.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { fence, recordRefusals, sealedResult } from '#lib/ledger/core/fence.ts'
import { done, operation, type Request, refused } from '#lib/ledger/core/operation.ts'
import type { TaskRow } from '#lib/ledger/core/rows.ts'
import type { RegisterCompensation } from '#lib/task/act-commands.ts'
import { NOTHING_TO_UNDO } from '#lib/task/compensation.ts'
import { maskSecrets } from '#lib/task/redact.ts'
import { type Compensation, LIMITS } from '#lib/task/schema.ts'
import { readCompensations, toCompensation } from './rows.ts'

/**
 * Puts a step on record that undoes a side effect, before the side effect is reported done: by the worker that holds
 * the task, or by an operator. The same id is answered the same again, whoever holds the task by then.
 */
export const registerCompensation = operation<RegisterCompensation, Compensation>(
  'registerCompensation',
  ({ taskId }) => taskId,
  register,
  (command) => ({ ...command, id: command.id ?? v7(), reason: maskSecrets(command.reason) }),
)

const insertSteps = statement(
  'insertCompensations',
  (
    d,
  ) => `INSERT INTO compensations (task_id, id, position, attempt, kind, target, reason, status, created_at, finished_at)
    SELECT c.task_id, c.id, 1 + COALESCE((SELECT MAX(k.position) FROM compensations AS k WHERE k.task_id = c.task_id), 0),
      c.attempt, c.kind, c.target, c.reason, c.status, c.created_at, c.finished_at
    FROM ${d.rows(`task_id text, id text, attempt integer, kind text, target text, reason text, status text,
      created_at bigint, finished_at bigint`)} RETURNING *`,
)

type Judged = { readonly request: Request<RegisterCompensation> } & (
  | { readonly known: Compensation }
  | { readonly row: TaskRow | undefined; readonly refusal: Refusal | null }
)

function* register(
  transaction: Transaction,
  requests: readonly Request<RegisterCompensation>[],
): Plan<Result<Compensation>[]> {
  const ids = requests.map(({ command }) => command.taskId)
  const rows = yield* lockTaskRows(ids)
  const steps = yield* readCompensations(ids)
  const judged = requests.map((request) => judge(request, rows.get(request.command.taskId), steps))
  yield* recordZombies(transaction, judged)
  const accepted = judged.flatMap((one) => ('known' in one || one.refusal ? [] : [one.request]))
  const inserted = yield* run(
    insertSteps,
    accepted.map(({ command }) => inputOf(transaction, command)),
  )
  const made = new Map(inserted.map(toCompensation).map((step) => [step.taskId, step]))
  yield* appendEvents(
    transaction,
    accepted.map(({ context: { actor }, command: { id, taskId, attempt, workerId, kind, reason } }) => ({
      type: 'task.compensation_registered',
      actor,
      taskId,
      attempt: attempt ?? null,
      workerId: workerId ?? null,
      reason,
      data: { compensationId: id, kind },
    })),
  )
  return judged.map((one) => {
    if ('known' in one) return done(one.known)
    const step = made.get(one.request.command.taskId)
    return one.refusal ?? (step ? done(step) : { ok: false, error: new Error('a step was not inserted') })
  })
}

function judge(
  request: Request<RegisterCompensation>,
  row: TaskRow | undefined,
  steps: Map<string, Compensation[]>,
): Judged {
  const { command } = request
  const { id = '', taskId, kind, target = '', workerId, attempt } = command
  const registered = steps.get(taskId) ?? []
  const known = registered.find((step) => step.id === id)
  if (known && known.kind === kind && known.target === target && known.attempt === (attempt ?? null)) {
    return { request, known }
  }
  const refusal =
    fencedOr(row, taskId, workerId === undefined ? null : { workerId, attempt }) ??
    (known ? refused('validation', `id: ${id} is another step of this task`, { compensationId: id }) : null) ??
    (registered.length >= LIMITS.compensations
      ? refused('validation', `a task has at most ${LIMITS.compensations} compensations`, { taskId })
      : null)
  return { request, row, refusal }
}

/** A worker must hold the task; an operator may add a step until it is sealed. */
function fencedOr(
  row: TaskRow | undefined,
  taskId: string,
  worker: { workerId: string; attempt: number | undefined } | null,
): Refusal | null {
  if (worker) return fence(row, { taskId, workerId: worker.workerId, attempt: worker.attempt ?? 0 })
  if (!row) return refused('not_found', `no task has the id ${taskId}`, { taskId })
  return row.sealed_at === null ? null : sealedResult(row)
}

/** There is nothing to wait for where nothing is to be undone. */
function inputOf({ now }: Transaction, { id, taskId, attempt, kind, target, reason }: RegisterCompensation) {
  const nothing = kind === NOTHING_TO_UNDO
  return {
    task_id: taskId,
    id,
    attempt: attempt ?? null,
    kind,
    target: target ?? '',
    reason,
    status: nothing ? 'done' : 'registered',
    created_at: now,
    finished_at: nothing ? now : null,
  }
}

/** A side effect that cannot be put on record is an event on its task, never silence. */
function* recordZombies(transaction: Transaction, judged: readonly Judged[]): Plan<void> {
  yield* recordRefusals(
    transaction,
    judged.flatMap((one) => {
      if ('known' in one || !one.refusal) return []
      const { context, command } = one.request
      const { taskId, workerId, attempt } = command
      if (workerId === undefined || attempt === undefined) return []
      const tried = 'tried to register a compensation'
      const writer = { taskId, workerId, attempt }
      const { error } = one.refusal
      return [{ writer, actor: context.actor, tried, error, currentAttempt: one.row?.attempt ?? 0 }]
    }),
  )
}
