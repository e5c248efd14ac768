/** Reads of incidents and their events. */
import type { Row } from '#lib/db/types.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { decodeCursor, encodeCursor, pageOf } from '#lib/ledger/core/cursor.ts'
import { toEvent } from '#lib/ledger/core/record-rows.ts'
import { instant, instantOrNull } from '#lib/ledger/core/rows.ts'
import { COUNT_MAX, type EventPage } from '#lib/ledger/read/read.ts'
import { TaskError } from '#lib/task/errors.ts'
import type { ListIncidentEvents, ListIncidents } from '#lib/task/incident-commands.ts'
import { type CutShort, type Incident, LIMITS } from '#lib/task/schema.ts'

export interface IncidentPage {
  readonly incidents: Incident[]
  readonly nextCursor: string | null
}

/** Newest first. One that turned out to be a part of another is listed with that one. */
export async function listIncidents(context: Context, query: ListIncidents): Promise<IncidentPage> {
  const limit = query.limit ?? LIMITS.pageDefault
  const [at = Number.MAX_SAFE_INTEGER, id = ''] =
    query.cursor === undefined ? [] : decodeCursor('incidents', query.cursor, ['number', 'string'])
  const state = { open: 'AND resolved_at IS NULL', resolved: 'AND resolved_at IS NOT NULL' }
  const rows = await context.db.read(
    `SELECT * FROM incidents WHERE merged_into IS NULL AND (opened_at, id) < ($1, $2)
      ${query.state === undefined ? '' : state[query.state]} ORDER BY opened_at DESC, id DESC LIMIT ${limit + 1}`,
    [at, id],
  )
  const page = pageOf(rows, limit, (row) => encodeCursor('incidents', [Number(row.opened_at), row.id as string]))
  const incidents = await Promise.all(page.rows.map((row) => toIncident(context, row)))
  return { incidents, nextCursor: page.nextCursor }
}

export async function getIncident(
  context: Context,
  { incidentId }: { incidentId: string },
): Promise<{ incident: Incident }> {
  const [row] = await context.db.read('SELECT * FROM incidents WHERE id = $1', [incidentId])
  if (!row) throw new TaskError('not_found', `no incident has the id ${incidentId}`, { incidentId })
  return { incident: await toIncident(context, row) }
}

/** What happened to the incident itself, newest first. What happened to its tasks is told by each of them. */
export async function listIncidentEvents(context: Context, query: ListIncidentEvents): Promise<EventPage> {
  const limit = query.limit ?? 100
  const [before = Number.MAX_SAFE_INTEGER] =
    query.cursor === undefined ? [] : decodeCursor('incident events', query.cursor, ['number'])
  const rows = await context.db.read(
    `SELECT * FROM task_events WHERE incident_id IN (SELECT id FROM incidents WHERE id = $1 OR merged_into = $1) AND id < $2
      ORDER BY id DESC LIMIT ${limit + 1}`,
    [query.incidentId, before],
  )
  if (rows.length === 0) await getIncident(context, query)
  const page = pageOf(rows, limit, (row) => encodeCursor('incident events', [Number(row.id)]))
  return { events: page.rows.map(toEvent), nextCursor: page.nextCursor }
}

const LOST = `COUNT(*) AS attempts, COUNT(a.cost_usd) AS costed, SUM(a.cost_usd) AS cost,
    SUM(CASE WHEN a.last_heartbeat_at > a.progress_at THEN a.last_heartbeat_at ELSE a.progress_at END - a.started_at) AS worked,
    SUM(CASE WHEN EXISTS (SELECT 1 FROM task_attempts AS n
        WHERE n.task_id = a.task_id AND n.attempt = a.attempt + 1 AND n.resumed_from IS NOT NULL)
      OR EXISTS (SELECT 1 FROM late_reports AS l
        WHERE l.task_id = a.task_id AND l.attempt = a.attempt AND l.status <> 'kept') THEN 1 ELSE 0 END) AS kept`

// Each task once, at the last attempt of it that the incident interrupted: what it came to since is what counts.
const COUNTS = `SELECT COUNT(*) AS total,
    COALESCE(SUM(CASE WHEN t.sealed_at IS NULL AND t.attempt = m.attempt THEN 1 ELSE 0 END), 0) AS open,
    COALESCE(SUM(CASE WHEN t.sealed_at IS NOT NULL AND t.status <> 'success' THEN 1 ELSE 0 END), 0) AS failed,
    COALESCE(SUM(m.attempts), 0) AS attempts, COALESCE(SUM(m.costed), 0) AS costed, SUM(m.cost) AS cost,
    COALESCE(SUM(m.worked), 0) AS worked, COALESCE(SUM(m.kept), 0) AS kept,
    (SELECT COUNT(*) FROM incident_workers AS k WHERE k.incident_id = $1) AS workers
  FROM (SELECT a.task_id, MAX(a.attempt) AS attempt, ${LOST} FROM task_attempts AS a
    WHERE a.incident_id IN (SELECT id FROM incidents WHERE id = $1 OR merged_into = $1)
    GROUP BY a.task_id LIMIT ${COUNT_MAX}) AS m
  JOIN task_history AS t ON t.id = m.task_id`

/** CHECKs and our own writes guarantee the words that the casts below state. */
async function toIncident({ db }: Context, row: Row): Promise<Incident> {
  const [counts] = await db.read(COUNTS, [row.id])
  const [total, open, failed] = [Number(counts?.total), Number(counts?.open), Number(counts?.failed)]
  return {
    id: row.id as string,
    cause: row.cause as Incident['cause'],
    title: row.title as string,
    workerId: row.worker_id as string | null,
    host: row.host as string | null,
    workers: Number(counts?.workers),
    waves: row.waves as number,
    owner: row.owner as string | null,
    ownedAt: instantOrNull(row.owned_at),
    openedAt: instant(row.opened_at),
    resolvedAt: instantOrNull(row.resolved_at),
    resolvedBy: row.resolved_by as string | null,
    resolution: row.resolution as string | null,
    brakedAt: instantOrNull(row.braked_at),
    brakeReason: row.brake_reason as string | null,
    mergedInto: row.merged_into as string | null,
    total,
    open,
    failed,
    recovered: total - open - failed,
    cutShort: cutShortOf(counts),
  }
}

function cutShortOf(counts: Row | undefined): CutShort {
  const [attempts, costed] = [Number(counts?.attempts), Number(counts?.costed)]
  return {
    attempts,
    workedMs: Number(counts?.worked),
    costUsd: costed === 0 ? null : Number(counts?.cost),
    costUnknown: attempts - costed,
    kept: Number(counts?.kept),
  }
}
