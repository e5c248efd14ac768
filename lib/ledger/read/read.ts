/** Reads of tasks and what belongs to them. */

import { stepShownTo, toCompensation } from '#lib/ledger/compensation/rows.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { decodeCursor, encodeCursor, pageOf } from '#lib/ledger/core/cursor.ts'
import { eventShownTo, HIDDEN, maskOf, maySee, shownTo } from '#lib/ledger/core/reader.ts'
import { toAttempt, toEvent, toSession } from '#lib/ledger/core/record-rows.ts'
import { instant, instantOrNull, json, TASK_JOINS, TASK_SELECT, toTask } from '#lib/ledger/core/rows.ts'
import { activePause } from '#lib/ledger/recovery/pause.ts'
import { currentStorm } from '#lib/ledger/recovery/storm.ts'
import { isOutage } from '#lib/ledger/recovery/tick.ts'
import { readLateReports } from '#lib/ledger/worker/late-reports.ts'
import type { ListEvents, ReadOutput } from '#lib/task/commands.ts'
import { TaskError } from '#lib/task/errors.ts'
import {
  type Attempt,
  type Compensation,
  type Health,
  type LateReport,
  LIMITS,
  type OutputChunk,
  type Session,
  type Task,
  type TaskEvent,
  type WorkerState,
} from '#lib/task/schema.ts'
import { SEALED_STATUSES, TASK_STATUSES, type TaskStatus } from '#lib/task/states.ts'
import { DEFAULT_WINDOW_MS } from './list-tasks.ts'

export interface TaskDetail {
  readonly task: Task
  readonly attempts: Attempt[]
  readonly session: Session | null
  readonly compensations: Compensation[]
  readonly lateReports: LateReport[]
  /** The task that it was released as, after it was quarantined. */
  readonly successorId: string | null
}

export async function getTask(context: Context, { taskId }: { taskId: string }): Promise<TaskDetail> {
  const { db } = context
  const [tasks, attempts, sessions, compensations, lateReports, successors] = await Promise.all([
    db.read(`${TASK_SELECT} FROM task_history AS t ${TASK_JOINS} WHERE t.id = $1`, [taskId]),
    db.read(
      `SELECT a.*, w.name AS worker_name, COALESCE(a.last_heartbeat_at, w.last_heartbeat_at) AS last_heartbeat_at
        FROM task_attempts AS a LEFT JOIN workers AS w ON w.id = a.worker_id
        WHERE a.task_id = $1 ORDER BY a.attempt DESC LIMIT ${LIMITS.page}`,
      [taskId],
    ),
    db.read('SELECT * FROM sessions WHERE task_id = $1 ORDER BY attempt DESC, linked_at DESC LIMIT 1', [taskId]),
    db.read(`SELECT * FROM compensations WHERE task_id = $1 ORDER BY position LIMIT ${LIMITS.page}`, [taskId]),
    readLateReports(context, taskId),
    db.read('SELECT id FROM task_history WHERE predecessor_id = $1 AND predecessor_id IS NOT NULL LIMIT 1', [taskId]),
  ])
  const [task] = tasks
  if (!task) throw new TaskError('not_found', `no task has the id ${taskId}`, { taskId })
  return {
    task: shownTo(context, toTask(task)),
    attempts: attempts.map((row) => shownTo(context, toAttempt(row))),
    session: sessions[0] ? toSession(sessions[0]) : null,
    compensations: compensations.map((row) => stepShownTo(context, toCompensation(row))),
    lateReports,
    successorId: (successors[0]?.id ?? null) as string | null,
  }
}

export interface EventPage {
  readonly events: TaskEvent[]
  readonly nextCursor: string | null
}

/** Newest first. */
export async function listEvents(context: Context, query: ListEvents & { taskId: string }): Promise<EventPage> {
  const { db } = context
  const limit = query.limit ?? 100
  const [before = Number.MAX_SAFE_INTEGER] =
    query.cursor === undefined ? [] : decodeCursor('events', query.cursor, ['number'])
  const rows = await db.read(
    `SELECT * FROM task_events WHERE task_id = $1 AND id < $2 ORDER BY id DESC LIMIT ${limit + 1}`,
    [query.taskId, before],
  )
  if (rows.length === 0) await assertTask({ db }, query.taskId)
  const page = pageOf(rows, limit, (row) => encodeCursor('events', [Number(row.id)]))
  return { events: page.rows.map((row) => eventShownTo(context, toEvent(row))), nextCursor: page.nextCursor }
}

export interface OutputPage {
  readonly chunks: OutputChunk[]
  readonly nextAfter: number | null
}

/** In the order of arrival, of the newest attempt unless one is named; `nextAfter` is null at the end of what is here. */
export async function readOutput(context: Context, query: ReadOutput & { taskId: string }): Promise<OutputPage> {
  const { db } = context
  const task = await assertTask({ db }, query.taskId)
  const limit = query.limit ?? 500
  const rows = await db.read(
    `SELECT * FROM task_output WHERE task_id = $1 AND attempt = $2 AND id > $3 ${query.stream ? 'AND stream = $4' : ''}
      ORDER BY id LIMIT ${limit + 1}`,
    [query.taskId, query.attempt ?? task.attempt, query.after ?? 0, ...(query.stream ? [query.stream] : [])],
  )
  const mask = maskOf(context)
  const chunks = rows.slice(0, limit).map((row) => ({
    id: row.message_id as string,
    attempt: row.attempt as number,
    stream: row.stream as OutputChunk['stream'],
    sequence: row.sequence as number,
    data: maySee(context, 'output') ? (mask?.text(row.data as string) ?? (row.data as string)) : `${HIDDEN}\n`,
    dropped: json(row.dropped) as OutputChunk['dropped'],
    at: instant(row.at),
    position: Number(row.id),
  }))
  return { chunks, nextAfter: rows.length > limit ? (chunks.at(-1)?.position ?? null) : null }
}

export async function assertTask({ db }: Pick<Context, 'db'>, taskId: string): Promise<{ attempt: number }> {
  const [row] = await db.read('SELECT attempt FROM task_history WHERE id = $1', [taskId])
  if (!row) throw new TaskError('not_found', `no task has the id ${taskId}`, { taskId })
  return { attempt: row.attempt as number }
}

export interface TaskCount {
  readonly status: TaskStatus
  readonly sealed: boolean
  readonly count: number
  readonly capped: boolean
}

/** Past this a count says "10,000+": nobody decides by more, and counting on costs every page. */
export const COUNT_MAX = 10_000

/** Open tasks by status, and those sealed in the last day; each count is capped. */
export async function countTasks({ db }: Context): Promise<{ counts: TaskCount[] }> {
  const since = (await db.now()) - DEFAULT_WINDOW_MS
  const kinds = TASK_STATUSES.flatMap((status) => {
    const always = (SEALED_STATUSES as readonly TaskStatus[]).includes(status)
    return always
      ? [{ status, sealed: true }]
      : status === 'failed'
        ? [
            { status, sealed: false },
            { status, sealed: true },
          ]
        : [{ status, sealed: false }]
  })
  const texts = kinds.map(({ status, sealed }, index) => {
    const window = sealed ? 'sealed_at >= CAST($1 AS BIGINT)' : 'sealed_at IS NULL'
    const by = db.dialect.by(sealed ? 'task_history_sealed_status' : 'task_history_open_status')
    return `SELECT ${index} AS kind, COUNT(*) AS count FROM (SELECT 1 FROM task_history ${by}
      WHERE status = '${status}' AND ${window} LIMIT ${COUNT_MAX + 1}) AS k${index}`
  })
  const rows = await db.readAside(texts.join(' UNION ALL '), [since])
  const counted = new Map(rows.map((row) => [Number(row.kind), Number(row.count)]))
  return {
    counts: kinds.map((kind, index) => {
      const count = counted.get(index) ?? 0
      return { ...kind, count: Math.min(count, COUNT_MAX), capped: count > COUNT_MAX }
    }),
  }
}

/** The database's clock, and when the sweeper of any instance last ran: without it nothing here can be trusted to be noticed. */
export async function readHealth({ db }: Context, sweepMs = 1000): Promise<Health> {
  const [now, [row]] = await Promise.all([db.now(), db.read('SELECT swept_at FROM ledger_clock WHERE id = 1')])
  const sweptAt = row ? Number(row.swept_at) : null
  const sweeper = sweptAt === null ? 'never' : isOutage(Math.max(0, now - sweptAt), sweepMs) ? 'late' : 'ok'
  const [pause, storm] = await Promise.all([activePause({ db }, now), currentStorm({ db }, now)])
  const database = db.dialect.name
  return { serverTime: instant(now), sweptAt: instantOrNull(sweptAt), sweeper, database, pause, storm }
}

/** Workers that may hold work. */
export async function countWorkers({ db }: Pick<Context, 'db'>): Promise<{ state: WorkerState; count: number }[]> {
  const rows = await db.read(
    "SELECT state, COUNT(*) AS count FROM workers WHERE state IN ('alive','draining') GROUP BY state",
  )
  return (['alive', 'draining'] as const).map((state) => ({
    state,
    count: Number(rows.find((row) => row.state === state)?.count ?? 0),
  }))
}
