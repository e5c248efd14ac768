/**
 * What the next attempt of a task goes on from. The row of the task keeps where that is until an attempt begins; the row
 * of that attempt then keeps what it was given, so that a lost answer is given again. States stay with the checkpoints.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Row } from '#lib/db/types.ts'
import { maskError } from '#lib/task/redact.ts'
import type { AgentState, Resume } from '#lib/task/schema.ts'
import { json, type TaskRow } from './rows.ts'

/** As `resume_from` of a task and `resumed_from` of an attempt keep it; the provider only the latter knows. */
export type ResumePoint =
  | { readonly kind: 'checkpoint'; readonly attempt: number; readonly turn: number }
  | { readonly kind: 'session'; readonly sessionId: string; readonly provider?: string | null }

const readPoints = statement(
  'readResumePoints',
  (
    d,
  ) => `SELECT c.task_id, p.attempt, p.turn, p.state, a.reason, a.error_class, a.error_message, s.id AS session_id, s.provider
    FROM ${d.rows('task_id text, ended integer, attempt integer, turn integer, session_id text')}
    LEFT JOIN checkpoints AS p ON p.task_id = c.task_id AND p.attempt = c.attempt AND p.turn = c.turn
    LEFT JOIN task_attempts AS a ON a.task_id = c.task_id AND a.attempt = c.ended
    LEFT JOIN sessions AS s ON s.id = c.session_id AND s.task_id = c.task_id AND s.status = 'resumable'`,
)

/** What tasks whose next attempt begins go on from; nothing for one whose checkpoint or session cannot be had any more. */
export function* readResumes(rows: readonly TaskRow[]): Plan<Map<string, Resume>> {
  return yield* readAt(
    rows.flatMap((row) => {
      const point = json(row.resume_from) as ResumePoint | null
      return point ? [{ taskId: row.id, ended: row.attempt, point }] : []
    }),
  )
}

/** What attempts were given when they began, by `task_id`, `attempt` and `resumed_from` of their rows. */
export function* readGiven(attempts: readonly Row[]): Plan<Map<string, Resume>> {
  const given = attempts.flatMap((row) => {
    const point = json(row.resumed_from) as ResumePoint | null
    return point ? [{ taskId: row.task_id as string, ended: Number(row.attempt) - 1, point }] : []
  })
  const resumes = yield* readAt(given.filter(({ point }) => point.kind === 'checkpoint'))
  for (const { taskId, point } of given) {
    // By now the attempt may have linked it, and then it is nobody's to resume.
    if (point.kind === 'session') resumes.set(taskId, { ...point, provider: point.provider ?? null })
  }
  return resumes
}

/** What the row of the attempt keeps of it. */
export function pointOf(resume: Resume): ResumePoint {
  return resume.kind === 'session' ? resume : { kind: resume.kind, attempt: resume.attempt, turn: resume.turn }
}

interface At {
  readonly taskId: string
  /** The attempt that ended before. */
  readonly ended: number
  readonly point: ResumePoint
}

function* readAt(points: readonly At[]): Plan<Map<string, Resume>> {
  const rows = yield* run(
    readPoints,
    points.map(({ taskId, ended, point }) => ({
      task_id: taskId,
      ended,
      attempt: point.kind === 'checkpoint' ? point.attempt : null,
      turn: point.kind === 'checkpoint' ? point.turn : null,
      session_id: point.kind === 'session' ? point.sessionId : null,
    })),
  )
  return new Map(
    rows.flatMap((row) => {
      const resume = resumeOf(row)
      return resume ? [[row.task_id as string, resume]] : []
    }),
  )
}

function resumeOf(row: Row): Resume | null {
  if (row.session_id !== null) {
    return { kind: 'session', sessionId: row.session_id as string, provider: row.provider as string | null }
  }
  const state = stateOf(row.state)
  if (state === null) return null
  return { kind: 'checkpoint', attempt: row.attempt as number, turn: row.turn as number, state, reason: reasonOf(row) }
}

/** Null when it is not there, or was spoilt by hand. */
function stateOf(stored: unknown): AgentState | null {
  try {
    const state = json(stored)
    return typeof state === 'object' && state !== null && !Array.isArray(state) ? (state as AgentState) : null
  } catch {
    return null
  }
}

/** Why the attempt before ended, fit for an agent to read: the ledger masks errors as it stores them, and here again. */
function reasonOf({ reason, error_class, error_message }: Row): string | null {
  const error = error_class === null ? null : `${error_class}: ${error_message}`
  const told = error ?? (reason as string | null)
  return told === null ? null : maskError(told)
}
