/**
 * Attempts in a window of time with their workers, for charts. Read by way of the tasks: those under way are few, and of
 * those that ended, each has a task that is still open or was sealed since. So no index of attempts by time is needed.
 */
import type { Dialect, Row } from '#lib/db/types.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { instant, instantOrNull } from '#lib/ledger/core/rows.ts'
import type { Activity, ActivityAttempt, ActivityMark, ActivityWorker, ReadChart } from '#lib/task/activity.ts'
import { TaskError } from '#lib/task/errors.ts'

const ATTEMPTS_MAX = 10_000
const WORKERS_MAX = 200
const MARKS_MAX = 50
const DEFAULT_MS = 3_600_000
const WINDOW_MAX_MS = 7 * 24 * DEFAULT_MS

const OF_TASK = 'id, title, status, sealed_at, attempt, progress_timeout_ms'
const COLUMNS = `a.task_id, a.attempt, a.worker_id, a.status, a.started_at, a.finished_at, a.last_heartbeat_at, a.progress_at,
  a.incident_id, t.title, t.status AS task_status, t.sealed_at, t.attempt AS task_attempt, t.progress_timeout_ms`

/** Each set of tasks is found by an index of its own and stops at its limit. */
function attemptsText(d: Dialect): string {
  const sets = [
    `SELECT ${OF_TASK} FROM task_history WHERE worker_id IS NOT NULL LIMIT ${ATTEMPTS_MAX}`,
    `SELECT ${OF_TASK} FROM task_history ${d.by('task_history_open_status')} WHERE status IN ('interrupted','failed','assigned')
      AND sealed_at IS NULL ORDER BY created_at DESC LIMIT ${ATTEMPTS_MAX}`,
    `SELECT ${OF_TASK} FROM task_history WHERE sealed_at >= $1 ORDER BY sealed_at DESC LIMIT ${ATTEMPTS_MAX}`,
  ]
  const found = sets.map((text, index) => `SELECT * FROM (${text}) AS s${index}`).join(' UNION ')
  return `SELECT ${COLUMNS} FROM (${found}) AS t ${d.lookUp('task_attempts', 'a', 'task_id', 't.id')}
    WHERE a.started_at <= $2 AND (a.finished_at IS NULL OR a.finished_at > $1)
    ORDER BY a.started_at DESC LIMIT ${ATTEMPTS_MAX + 1}`
}

const ALIVE = `SELECT id FROM workers WHERE state IN ('alive','draining') LIMIT ${WORKERS_MAX}`
const INCIDENTS = `SELECT id, title, worker_id, host, resolved_at, opened_at FROM incidents
  WHERE opened_at >= $1 AND opened_at <= $2 AND merged_into IS NULL ORDER BY opened_at DESC LIMIT ${MARKS_MAX}`
const BOOTS = `SELECT id, started_at FROM recovery_runs
  WHERE started_at >= $1 AND started_at <= $2 AND "trigger" = 'boot' ORDER BY started_at DESC LIMIT ${MARKS_MAX}`

export async function readChart(context: Context, query: ReadChart): Promise<Activity> {
  const { db } = context
  const now = await db.now()
  const until = query.until === undefined ? now : Date.parse(query.until)
  const since = query.since === undefined ? until - DEFAULT_MS : Date.parse(query.since)
  if (since >= until || until - since > WINDOW_MAX_MS) {
    throw new TaskError('validation', 'since: must be before until, by seven days at most')
  }
  const [rows, alive, incidents, boots] = await Promise.all([
    db.readAside(attemptsText(db.dialect), [since, until]),
    db.readAside(ALIVE),
    db.readAside(INCIDENTS, [since, until]),
    db.readAside(BOOTS, [since, until]),
  ])
  const refused = await readRefused(context, rows)
  const attempts = rows.slice(0, ATTEMPTS_MAX).map((row) => toAttempt(row, now, refused.get(keyOf(row))))
  const ids = new Set([...alive.map((row) => row.id as string), ...attempts.map(({ workerId }) => workerId)])
  const hit = workersHit(rows, incidents)
  const workers = await readWorkers(context, [...ids], { incidents, hit })
  const shown = workers.slice(0, WORKERS_MAX)
  const known = new Set(shown.map(({ id }) => id))
  return {
    since: instant(since),
    until: instant(until),
    attempts: attempts.filter(({ workerId }) => known.has(workerId)),
    workers: shown,
    marks: [...incidents.map((row) => toIncident(row, hit)), ...boots.map(toBoot)],
    truncated: rows.length > ATTEMPTS_MAX || workers.length > shown.length,
  }
}

const keyOf = ({ task_id, attempt }: Row) => `${task_id}/${attempt}`

/** When a report of an attempt came too late; only one that was interrupted can still have sent any. */
async function readRefused({ db }: Context, rows: readonly Row[]): Promise<ReadonlyMap<string, unknown>> {
  const lost = new Set(rows.filter(({ status }) => status === 'interrupted').map(({ task_id }) => task_id))
  if (lost.size === 0) return new Map()
  const found = await db.readAside(
    `SELECT task_id, attempt, MIN(received_at) AS at FROM late_reports
      WHERE task_id IN (${listOf(db)}) AND status <> 'accepted' GROUP BY task_id, attempt`,
    [JSON.stringify([...lost])],
  )
  return new Map(found.map((row) => [keyOf(row), row.at]))
}

/** The elements of a JSON array that is the first parameter. */
function listOf({ dialect }: Context['db']): string {
  return dialect.name === 'sqlite' ? 'SELECT value FROM json_each($1)' : 'SELECT jsonb_array_elements_text($1::jsonb)'
}

async function readWorkers(
  { db }: Context,
  ids: readonly string[],
  { incidents, hit }: { incidents: readonly Row[]; hit: Hit },
): Promise<ActivityWorker[]> {
  const rows = await db.readAside(`SELECT * FROM workers WHERE id IN (${listOf(db)})`, [JSON.stringify(ids)])
  const open = incidents.filter(({ resolved_at }) => resolved_at === null)
  const first = new Set(open.flatMap(({ id }) => [...(hit.get(id as string) ?? [])]))
  const hosts = new Set(rows.filter(({ id }) => first.has(id as string)).map(({ host }) => host))
  const rank = (row: Row) => (first.has(row.id as string) ? 0 : hosts.has(row.host) ? 1 : 2)
  return rows
    .sort((left, right) => rank(left) - rank(right) || compare(String(left.name), String(right.name)))
    .map(toWorker)
}

/** The workers of each incident: the one that it is named for, and those whose attempts ended by it. */
type Hit = ReadonlyMap<string, ReadonlySet<string>>

function workersHit(attempts: readonly Row[], incidents: readonly Row[]): Hit {
  const hit = new Map<string, Set<string>>()
  const add = (incidentId: unknown, workerId: unknown) => {
    if (typeof incidentId !== 'string' || typeof workerId !== 'string') return
    hit.set(incidentId, (hit.get(incidentId) ?? new Set()).add(workerId))
  }
  for (const { id, worker_id } of incidents) add(id, worker_id)
  for (const { incident_id, worker_id } of attempts) add(incident_id, worker_id)
  return hit
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** CHECKs of the tables guarantee the words that the casts below state. */
function toAttempt(row: Row, now: number, refusedAt: unknown = null): ActivityAttempt {
  const limit = row.progress_timeout_ms === null ? null : Number(row.progress_timeout_ms)
  const silent = row.status === 'running' && limit !== null && now - Number(row.progress_at) > limit
  return {
    taskId: row.task_id as string,
    attempt: row.attempt as number,
    workerId: row.worker_id as string,
    title: row.title as string,
    status: row.status as ActivityAttempt['status'],
    taskStatus: row.task_status as ActivityAttempt['taskStatus'],
    sealed: row.sealed_at !== null,
    current: row.attempt === row.task_attempt,
    startedAt: instant(row.started_at),
    endedAt: instantOrNull(row.finished_at),
    lastHeartbeatAt: instantOrNull(row.last_heartbeat_at),
    refusedAt: instantOrNull(refusedAt),
    silentSince: silent ? instant(row.progress_at) : null,
  }
}

function toWorker(row: Row): ActivityWorker {
  return {
    id: row.id as string,
    name: row.name as string,
    host: row.host as string,
    state: row.state as ActivityWorker['state'],
    deathKind: row.death_kind as ActivityWorker['deathKind'],
    slots: row.slots as number,
    leaseMs: row.lease_ms as number,
    registeredAt: instant(row.registered_at),
    lastHeartbeatAt: instant(row.last_heartbeat_at),
    leaseExpiresAt: instant(row.lease_expires_at),
    endedAt: instantOrNull(row.ended_at),
  }
}

function toIncident(row: Row, hit: Hit): ActivityMark {
  return {
    kind: 'incident',
    id: row.id as string,
    title: row.title as string,
    workerIds: [...(hit.get(row.id as string) ?? [])],
    open: row.resolved_at === null,
    at: instant(row.opened_at),
  }
}

function toBoot(row: Row): ActivityMark {
  const at = instant(row.started_at)
  return { kind: 'boot', id: row.id as string, title: 'Boot', workerIds: [], open: false, at }
}
