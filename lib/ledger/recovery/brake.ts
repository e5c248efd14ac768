/**
 * The brake of an incident: what it interrupted died again in a mass event, so its tasks are held, each with the brake
 * as its reason, until an operator releases it. Then every verdict is asked for anew, and carried out in turn.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Result, Transaction } from '#lib/db/types.ts'
import { applyChanges } from '#lib/ledger/core/change.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { done, operation, type Request, refused } from '#lib/ledger/core/operation.ts'
import type { TaskRow } from '#lib/ledger/core/rows.ts'
import { getIncident } from '#lib/ledger/incident/records.ts'
import { changeIncidents, lockIncidentRows } from '#lib/ledger/incident/rows.ts'
import { releaseTask } from '#lib/ledger/task/release.ts'
import type { ReleaseIncident } from '#lib/task/incident-commands.ts'
import { type Incident, LIMITS } from '#lib/task/schema.ts'
import { placesOf } from './blame.ts'
import { brakeWords } from './brake-words.ts'

const lockBraked = statement(
  'lockBraked',
  (d) => `SELECT t.*, i.brake_reason FROM incidents AS i
    JOIN task_history AS t ${d.by('task_history_incident')} ON t.incident_id = i.id
    WHERE i.resolved_at IS NULL AND i.braked_at IS NOT NULL
      AND t.status IN ('interrupted','failed') AND t.next_action IN ('reassign','resume','fail','compensate')
    ORDER BY t.id LIMIT ${LIMITS.batch} ${d.lock}`,
)

/** Holds what was still waiting for its turn when the brake was put on. Answers how many tasks. */
export const brakeTasks = operation<null, number>(
  'brakeTasks',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    // The columns are the table's and the one named above.
    const rows = (yield* run(lockBraked, [{}])) as unknown as (TaskRow & { brake_reason: string })[]
    yield* applyChanges(
      transaction,
      rows.map((row) => ({ row, set: { next_action: 'hold', next_at: null, next_reason: row.brake_reason } })),
    )
    yield* appendEvents(
      transaction,
      rows.map((row) => ({
        type: 'task.held',
        actor: request.context.actor,
        taskId: row.id,
        attempt: row.attempt,
        reason: row.brake_reason,
        data: { incidentId: row.incident_id },
      })),
    )
    return [done(rows.length)]
  },
)

/** Releases the brake and puts every task that it held before its strategy again. */
export async function releaseIncident(context: Context, command: ReleaseIncident): Promise<Incident> {
  await releaseBrake(context, command)
  for (;;) {
    const rows = await context.db.read(
      `SELECT id FROM task_history WHERE incident_id = $1 AND sealed_at IS NULL AND next_action = 'hold'
        AND next_reason LIKE $2 ORDER BY id LIMIT ${LIMITS.batch}`,
      [command.incidentId, `${brakeWords(command.incidentId)}%`],
    )
    if (rows.length === 0) break
    const taskIds = rows.map((row) => row.id as string)
    const places = await takeTurns(context, { incidentId: command.incidentId, taskIds })
    const { reason } = command
    const heldFor = brakeWords(command.incidentId)
    const turns = taskIds.map((taskId) => ({ taskId, reason, pacedMs: places.get(taskId) ?? 0, heldFor }))
    const results = await releaseTask.many(context, turns)
    // What cannot be released stays with its reason; an operator finds it in the list of the incident.
    if (!results.some(({ ok }) => ok)) break
  }
  return (await getIncident(context, command)).incident
}

const releaseBrake = operation<ReleaseIncident, null>(
  'releaseIncident',
  ({ incidentId }) => incidentId,
  function* (transaction: Transaction, requests: readonly Request<ReleaseIncident>[]): Plan<Result<null>[]> {
    const rows = yield* lockIncidentRows(requests.map(({ command }) => command.incidentId))
    const judged = requests.map((request) => ({ request, row: rows.get(request.command.incidentId) }))
    const braked = judged.flatMap(({ request, row }) => (row && row.braked_at !== null ? [{ request, row }] : []))
    yield* changeIncidents(braked.map(({ row }) => ({ row, set: { braked_at: null, brake_reason: null, paced: 0 } })))
    yield* appendEvents(
      transaction,
      braked.map(({ request: { context, command }, row }) => ({
        type: 'incident.released',
        actor: context.actor,
        incidentId: row.id,
        reason: command.reason,
      })),
    )
    return judged.map(({ request: { command }, row }) => {
      if (!row) return refused('not_found', `no incident has the id ${command.incidentId}`, { ...command })
      if (row.braked_at !== null) return done(null)
      return refused('invalid_transition', 'nothing stops the automatic recovery of the incident', { state: 'free' })
    })
  },
)

interface Turns {
  readonly incidentId: string
  readonly taskIds: readonly string[]
}

const takeTurns = operation<Turns, Map<string, number>>(
  'takeTurns',
  ({ incidentId }) => incidentId,
  function* (_transaction, requests) {
    const results: Result<Map<string, number>>[] = []
    for (const { context, command } of requests) {
      const tasks = command.taskIds.map((taskId) => ({ taskId, incidentId: command.incidentId }))
      results.push(done(yield* placesOf(tasks, context.policy.settings.massReassignPerSecond)))
    }
    return results
  },
)
