/**
 * Looks after tasks that wait for a worker: one that nobody has the skills for ends as aborted_no_skill after its
 * deadline, and one that was assigned and never started goes back to the queue. Any instance may do it: each step
 * names the state that it expects.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Dialect, Plan, Transaction } from '#lib/db/types.ts'
import { applyChanges, type Change, lockTaskRows, sealed } from '#lib/ledger/core/change.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { appendEvents, type NewEvent } from '#lib/ledger/core/events.ts'
import { done, operation } from '#lib/ledger/core/operation.ts'
import { json, type TaskRow } from '#lib/ledger/core/rows.ts'
import { duration } from '#lib/task/hint.ts'
import { isPaused } from './pause.ts'

/** Looked at in one pass; a longer queue is gone through over several. */
export const ROUTE_BATCH = 1000

export interface RouteTasks {
  /** Where the last pass stopped; empty begins anew. */
  readonly after: string
}

export interface Routed {
  readonly next: string
  readonly aborted: number
  readonly requeued: number
}

export const routeTasks = operation<RouteTasks, Routed>(
  'routeTasks',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const { context, command } = request
    if (yield* isPaused()) return [done({ next: command.after, aborted: 0, requeued: 0 })]
    const skills = yield* readSkills()
    const marked = yield* markUnskilled(transaction, context, skills, command.after)
    const aborted = yield* settleMarked(transaction, context, skills)
    const requeued = yield* requeueStale(transaction, context)
    return [done({ next: marked, aborted, requeued })]
  },
)

/** The skill sets of workers that may take work, each once: a fleet has few kinds of workers. */
const readSkillSets = statement(
  'readSkillSets',
  (d) => `SELECT DISTINCT CAST(w.skills AS TEXT) AS skills FROM workers AS w
    JOIN ${d.rows('all_of_them boolean')} ON w.state = 'alive' AND w.lease_expires_at > ${d.now}`,
)

function* readSkills(): Plan<ReadonlySet<string>[]> {
  const rows = yield* run(readSkillSets, [{ all_of_them: true }])
  return rows.map((row) => new Set(json(row.skills) as string[]))
}

function missingSkills(requires: readonly string[], skillSets: readonly ReadonlySet<string>[]): string[] {
  if (skillSets.some((skills) => requires.every((skill) => skills.has(skill)))) return []
  const nobody = requires.filter((skill) => !skillSets.some((skills) => skills.has(skill)))
  return nobody.length > 0 ? nobody : [...requires]
}

const waiting = (d: Dialect) =>
  `t.status IN ('queued','assigned') AND t.held_at IS NULL AND (t.not_before IS NULL OR t.not_before <= ${d.now})`

const readUnmarked = statement(
  'readUnmarked',
  (
    d,
  ) => `SELECT t.id, t.requires FROM ${d.rows('after text')} JOIN task_history AS t ${d.by('task_history_skilled')} ON t.id > c.after
    WHERE ${waiting(d)} AND t.next_action IS NULL AND t.requires <> '[]'
    ORDER BY t.id LIMIT ${ROUTE_BATCH}`,
)

/** Says on the task that nobody can do it, and when that ends it. Answers where the next pass goes on. */
function* markUnskilled(
  transaction: Transaction,
  context: Context,
  skillSets: readonly ReadonlySet<string>[],
  after: string,
): Plan<string> {
  const rows = yield* run(readUnmarked, [{ after }])
  const unskilled = rows.flatMap(({ id, requires }) => {
    const missing = missingSkills(json(requires) as string[], skillSets)
    return missing.length > 0 ? [{ id: id as string, missing }] : []
  })
  const locked = yield* lockTaskRows(unskilled.map(({ id }) => id))
  const { noSkillAfterMs } = context.policy.settings
  const changes = unskilled.flatMap(({ id, missing }): (Change & { event: NewEvent })[] => {
    const row = locked.get(id)
    if (!row || !waits(row) || row.next_action !== null) return []
    const reason = `no worker has ${named(missing)}`
    const set = { next_action: 'abort', next_at: transaction.now + noSkillAfterMs, next_reason: reason }
    return [{ row, set, event: { ...about(context, row), type: 'task.unskilled', reason, data: { missing } } }]
  })
  yield* write(transaction, changes)
  return rows.length < ROUTE_BATCH ? '' : (rows.at(-1)?.id as string)
}

const lockMarked = statement(
  'lockMarked',
  (d) => `SELECT t.* FROM ${d.rows('all_of_them boolean')} JOIN task_history AS t ${d.by('task_history_unskilled')}
      ON t.next_action = 'abort'
    WHERE t.next_at IS NOT NULL AND t.status IN ('queued','assigned') AND t.held_at IS NULL
    ORDER BY t.next_at, t.id LIMIT ${ROUTE_BATCH} ${d.lockSkipping}`,
)

/** Takes the mark away where a worker with the skills has come, and ends what is past its deadline without one. */
function* settleMarked(
  transaction: Transaction,
  context: Context,
  skillSets: readonly ReadonlySet<string>[],
): Plan<number> {
  // The columns are the table's.
  const rows = (yield* run(lockMarked, [{ all_of_them: true }])) as unknown as TaskRow[]
  const changes = rows.flatMap((row): (Change & { event: NewEvent })[] => {
    const missing = missingSkills(json(row.requires) as string[], skillSets)
    if (missing.length === 0) {
      const set = { next_action: null, next_at: null, next_reason: null }
      return [
        {
          row,
          set,
          event: { ...about(context, row), type: 'task.skilled', reason: 'a worker with its skills is there' },
        },
      ]
    }
    if (Number(row.next_at) > transaction.now) return []
    const reason = `no worker had ${named(missing)} for ${duration(context.policy.settings.noSkillAfterMs)}`
    const set = { ...sealed(transaction, 'aborted_no_skill'), reason }
    const event = { ...about(context, row), type: 'task.aborted', toStatus: 'aborted_no_skill', reason } as const
    return [{ row, set, event: { ...event, fromStatus: row.status, data: { missing } } }]
  })
  yield* write(transaction, changes)
  return changes.filter(({ set }) => set.status === 'aborted_no_skill').length
}

const lockStale = statement(
  'lockStale',
  (d) => `SELECT t.* FROM ${d.rows('before bigint')}
    JOIN task_history AS t ${d.by('task_history_assigned')} ON t.status = 'assigned' AND t.assigned_at <= c.before
    WHERE t.held_at IS NULL AND COALESCE(t.not_before, 0) <= c.before AND (t.next_action IS NULL OR t.next_action = 'abort')
    ORDER BY t.assigned_at, t.id LIMIT ${ROUTE_BATCH} ${d.lockSkipping}`,
)

/** What was meant for somebody and never started is for everybody again. */
function* requeueStale(transaction: Transaction, context: Context): Plan<number> {
  const { assignedTtlMs } = context.policy.settings
  const before = transaction.now - assignedTtlMs
  // The columns are the table's.
  const rows = (yield* run(lockStale, [{ before }])) as unknown as TaskRow[]
  const changes = rows.map((row): Change & { event: NewEvent } => {
    const waited = duration(transaction.now - Number(row.assigned_at))
    const reason = `it was assigned for ${waited} and never started: it is back in the queue`
    return {
      row,
      set: {
        status: 'queued',
        worker_id: null,
        assigned_at: null,
        reassigned_from: null,
        // It is due by the order in which it was asked for, not by when it comes back.
        excluded_worker_id: null,
      },
      event: { ...about(context, row), type: 'task.requeued', fromStatus: 'assigned', toStatus: 'queued', reason },
    }
  })
  yield* write(transaction, changes)
  return changes.length
}

function* write(transaction: Transaction, changes: readonly (Change & { event: NewEvent })[]): Plan<void> {
  const changed = yield* applyChanges(transaction, changes)
  yield* appendEvents(
    transaction,
    changes.filter(({ row }) => changed.has(row.id)).map(({ event }) => event),
  )
}

function waits(row: TaskRow): boolean {
  return row.status === 'queued' || row.status === 'assigned'
}

function about({ actor }: Context, row: TaskRow): Omit<NewEvent, 'type'> {
  return { actor, taskId: row.id, attempt: row.attempt || null }
}

function named(skills: readonly string[]): string {
  return skills.length === 1 ? `the skill ${skills[0]}` : `the skills ${skills.join(', ')}`
}
