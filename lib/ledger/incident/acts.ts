/** What operators do with an incident: take it, give it up, note something, resolve it. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Refusal, Result, Transaction } from '#lib/db/types.ts'
import { changeOf } from '#lib/ledger/core/audit-change.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { appendEvents, type NewEvent } from '#lib/ledger/core/events.ts'
import { done, operation, type Request, refused } from '#lib/ledger/core/operation.ts'
import type { DropIncident, NoteIncident, ResolveIncident, TakeIncident } from '#lib/task/incident-commands.ts'
import type { Incident } from '#lib/task/schema.ts'
import { getIncident } from './records.ts'
import { changeIncidents, type IncidentChange, type IncidentRow, lockIncidentRows } from './rows.ts'

interface Act {
  readonly ok: true
  readonly set: Partial<IncidentChange>
  readonly event: Pick<NewEvent, 'type' | 'reason' | 'data'>
}

type Decide<Command> = (transaction: Transaction, request: Request<Command>, row: IncidentRow) => Act | Refusal

/** The frame of an act: lock the row, decide, write it, tell of it; answers the incident as it then stands. */
function act<Command extends { readonly incidentId: string }>(name: string, decide: Decide<Command>) {
  const perform = operation<Command, null>(
    name,
    ({ incidentId }) => incidentId,
    function* (transaction, requests): Plan<Result<null>[]> {
      const rows = yield* lockIncidentRows(requests.map(({ command }) => command.incidentId))
      const acts = requests.map((request) => {
        const row = rows.get(request.command.incidentId)
        return { request, row, decision: row ? judge(transaction, request, row, decide) : missing(request.command) }
      })
      const accepted = acts.flatMap(({ request, row, decision }) =>
        row && decision.ok ? [{ request, row, decision }] : [],
      )
      yield* changeIncidents(accepted.map(({ row, decision }) => ({ row, set: decision.set })))
      yield* appendEvents(
        transaction,
        accepted.map(({ request: { context }, row, decision: { event } }) => ({
          ...event,
          actor: context.actor,
          incidentId: row.id,
        })),
      )
      return acts.map(({ row, decision }) =>
        row && decision.ok ? done(null, changeOf(row, decision.set)) : decision.ok ? done(null) : decision,
      )
    },
  )
  return async (context: Context, command: Command): Promise<Incident> => {
    await perform(context, command)
    return (await getIncident(context, command)).incident
  }
}

function judge<Command>(
  transaction: Transaction,
  request: Request<Command>,
  row: IncidentRow,
  decide: Decide<Command>,
): Act | Refusal {
  if (row.merged_into === null) return decide(transaction, request, row)
  const facts = { mergedInto: row.merged_into }
  return refused('invalid_transition', `the incident is a part of ${row.merged_into}: act on that one`, facts)
}

function missing({ incidentId }: { readonly incidentId: string }): Refusal {
  return refused('not_found', `no incident has the id ${incidentId}`, { incidentId })
}

/** Whoever takes it looks after it; it then no longer resolves itself. Taking it from somebody is told as that. */
export const takeIncident = act<TakeIncident>('takeIncident', ({ now }, { context: { actor } }, row) => ({
  ok: true,
  set: { owner: actor.name, owned_at: row.owner === actor.name ? row.owned_at : now },
  event: { type: 'incident.taken', data: { from: row.owner } },
}))

export const dropIncident = act<DropIncident>('dropIncident', (_transaction, _request, row) => {
  if (row.owner === null) return refused('invalid_transition', 'nobody owns the incident', { owner: null })
  return {
    ok: true,
    set: { owner: null, owned_at: null },
    event: { type: 'incident.dropped', data: { from: row.owner } },
  }
})

export const noteIncident = act<NoteIncident>('noteIncident', (_transaction, { command: { text } }) => ({
  ok: true,
  set: {},
  event: { type: 'incident.noted', reason: text },
}))

/** Says that nobody needs to look at it any more. Its tasks go their way; one that joins later opens it again. */
export const resolveIncident = act<ResolveIncident>('resolveIncident', ({ now }, { context, command }, row) => {
  if (row.resolved_at !== null) {
    return refused('invalid_transition', `the incident was resolved by ${row.resolved_by}`, { state: 'resolved' })
  }
  if (row.braked_at !== null) {
    const detail = 'automatic recovery of the incident is stopped, and its tasks would wait for ever: release it first'
    return refused('invalid_transition', detail, { state: 'braked' })
  }
  return {
    ok: true,
    set: { resolved_at: now, resolved_by: context.actor.name, resolution: command.reason },
    event: { type: 'incident.resolved', reason: command.reason },
  }
})

// What is looked at again at each sweep would cost most where most is left to do.
const CHECK_EVERY_MS = 10_000

const lockSettled = statement(
  'lockSettledIncidents',
  (d) => `SELECT t.* FROM incidents AS t WHERE t.resolved_at IS NULL AND t.owner IS NULL AND t.braked_at IS NULL
      AND t.checked_at <= ${d.now} - ${CHECK_EVERY_MS} ORDER BY t.checked_at LIMIT 20 ${d.lockSkipping}`,
)

const readOpen = statement(
  'readOpenIncidents',
  (d) => `SELECT c.id FROM ${d.rows('id text')} WHERE EXISTS (SELECT 1 FROM task_attempts AS a
      JOIN task_history AS t ON t.id = a.task_id AND t.attempt = a.attempt AND t.sealed_at IS NULL
      WHERE a.incident_id IN (SELECT m.id FROM incidents AS m WHERE m.id = c.id OR m.merged_into = c.id))`,
)

/** Resolves what nobody owns once nothing of it is open. Answers how many. */
export const settleIncidents = operation<null, number>(
  'settleIncidents',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    // The columns are the table's.
    const rows = (yield* run(lockSettled, [{}])) as unknown as IncidentRow[]
    const open = new Set(
      (yield* run(
        readOpen,
        rows.map(({ id }) => ({ id })),
      )).map((row) => row.id),
    )
    const settled = rows.filter(({ id }) => !open.has(id))
    const resolution = 'nothing of it is open any more'
    const { now } = transaction
    yield* changeIncidents(rows.filter(({ id }) => open.has(id)).map((row) => ({ row, set: { checked_at: now } })))
    yield* changeIncidents(
      settled.map((row) => ({
        row,
        set: { checked_at: now, resolved_at: now, resolved_by: request.context.actor.name, resolution },
      })),
    )
    yield* appendEvents(
      transaction,
      settled.map(({ id }) => ({
        type: 'incident.resolved',
        actor: request.context.actor,
        incidentId: id,
        reason: resolution,
      })),
    )
    return [done(settled.length)]
  },
)
