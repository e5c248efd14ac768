/**
 * A pause of automatic recovery: deaths are still noticed and written down, but nothing is reassigned, resumed or sealed
 * by rule until it ends. There is one at a time; a new one takes the place of the one before.
 */
import { v7 } from 'uuid'
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Row, Transaction } from '#lib/db/types.ts'
import type { Actor, Context } from '#lib/ledger/core/context.ts'
import { decodeCursor, encodeCursor, pageOf } from '#lib/ledger/core/cursor.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { done, operation, refused } from '#lib/ledger/core/operation.ts'
import { instant, instantOrNull } from '#lib/ledger/core/rows.ts'
import type { ListPage } from '#lib/task/commands.ts'
import { PAUSE_MS_MAX, type PauseRecovery, type UnpauseRecovery } from '#lib/task/incident-commands.ts'
import { LIMITS, type RecoveryPause } from '#lib/task/schema.ts'

const readActive = statement(
  'readActivePause',
  (d) => `SELECT p.id FROM recovery_pauses AS p WHERE p.ended_at IS NULL AND p.until_at > ${d.now}`,
)

/** Whether automatic recovery is paused now. */
export function* isPaused(): Plan<boolean> {
  return (yield* run(readActive, [{}])).length > 0
}

const COLUMNS = 'id, reason, actor_name, started_at, until_at, ended_at, ended_by'

const endPauses = statement(
  'endPauses',
  (d) => `UPDATE recovery_pauses AS p SET ended_at = c.now, ended_by = c.who
    FROM ${d.rows('pause_id text, now bigint, who text')} WHERE p.ended_at IS NULL AND (p.id = c.pause_id OR c.pause_id IS NULL)
    RETURNING ${COLUMNS}`,
)

const insertPauses = statement(
  'insertPauses',
  (d) => `INSERT INTO recovery_pauses (id, reason, actor_name, started_at, until_at)
    SELECT c.id, c.reason, c.actor_name, c.at, c.until_at
    FROM ${d.rows('id text, reason text, actor_name text, at bigint, until_at bigint')} WHERE true RETURNING *`,
)

export const pauseRecovery = operation<PauseRecovery, RecoveryPause>(
  'pauseRecovery',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const { command, context } = request
    const { now } = transaction
    const untilAt = command.until === undefined ? now + (command.forMs ?? 0) : Date.parse(command.until)
    if (untilAt <= now || untilAt > now + PAUSE_MS_MAX) {
      const latest = instant(now + PAUSE_MS_MAX)
      return [refused('validation', `until: must be after now and not after ${latest}`, { latest })]
    }
    yield* run(endPauses, [{ pause_id: null, now, who: context.actor.name }])
    const { reason } = command
    const input = { id: v7(), reason, actor_name: context.actor.name, at: now, until_at: untilAt }
    const [row] = yield* run(insertPauses, [input])
    const data = { pauseId: input.id, until: instant(untilAt) }
    yield* appendEvents(transaction, [{ type: 'recovery.paused', actor: context.actor, reason, data }])
    return [row ? done(toPause(row)) : refused('unavailable', 'the pause could not be written')]
  },
)

export const unpauseRecovery = operation<UnpauseRecovery, RecoveryPause>(
  'unpauseRecovery',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const { context, command } = request
    const ended = { pause_id: command.pauseId, now: transaction.now, who: context.actor.name }
    const [row] = yield* run(endPauses, [ended])
    if (!row) return [yield* notActive(command.pauseId)]
    yield* tellEnd(transaction, context.actor, row, command.reason)
    return [done(toPause(row))]
  },
)

const readPause = statement(
  'readPause',
  (d) => `SELECT p.ended_at FROM ${d.rows('id text')} JOIN recovery_pauses AS p ON p.id = c.id`,
)

function* notActive(pauseId: string) {
  const [known] = yield* run(readPause, [{ id: pauseId }])
  if (!known) return refused('not_found', `no pause has the id ${pauseId}`, { pauseId })
  const endedAt = instant(known.ended_at)
  return refused('invalid_transition', `the pause ended at ${endedAt}`, { endedAt })
}

const endExpired = statement(
  'endExpiredPauses',
  (d) => `UPDATE recovery_pauses AS p SET ended_at = p.until_at FROM ${d.rows('now bigint')}
    WHERE p.ended_at IS NULL AND p.until_at <= c.now RETURNING ${COLUMNS}`,
)

/** A pause ends itself; whoever sweeps first tells so. */
export const endExpiredPauses = operation<null, null>(
  'endExpiredPauses',
  () => '',
  function* (transaction, requests) {
    const rows = yield* run(endExpired, [{ now: transaction.now }])
    const [request] = requests
    for (const row of rows) if (request) yield* tellEnd(transaction, request.context.actor, row, 'its time is over')
    return requests.map(() => done(null))
  },
)

function* tellEnd(transaction: Transaction, actor: Actor, row: Row, reason?: string): Plan<void> {
  yield* appendEvents(transaction, [{ type: 'recovery.unpaused', actor, reason, data: { pauseId: row.id } }])
}

/** Newest first. */
export async function listPauses(
  { db }: Context,
  query: ListPage,
): Promise<{ pauses: RecoveryPause[]; nextCursor: string | null }> {
  const limit = query.limit ?? LIMITS.pageDefault
  const [at = Number.MAX_SAFE_INTEGER, id = ''] =
    query.cursor === undefined ? [] : decodeCursor('pauses', query.cursor, ['number', 'string'])
  const rows = await db.read(
    `SELECT * FROM recovery_pauses WHERE (started_at, id) < ($1, $2)
      ORDER BY started_at DESC, id DESC LIMIT ${limit + 1}`,
    [at, id],
  )
  const page = pageOf(rows, limit, (row) => encodeCursor('pauses', [Number(row.started_at), row.id as string]))
  return { pauses: page.rows.map(toPause), nextCursor: page.nextCursor }
}

/** The pause that holds recovery back now, if one does. */
export async function activePause({ db }: Pick<Context, 'db'>, now: number): Promise<RecoveryPause | null> {
  const [row] = await db.read('SELECT * FROM recovery_pauses WHERE ended_at IS NULL AND until_at > $1', [now])
  return row ? toPause(row) : null
}

function toPause(row: Row): RecoveryPause {
  return {
    id: row.id as string,
    reason: row.reason as string,
    actorName: row.actor_name as string,
    startedAt: instant(row.started_at),
    until: instant(row.until_at),
    endedAt: instantOrNull(row.ended_at),
    endedBy: row.ended_by as string | null,
  }
}
