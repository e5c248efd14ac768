import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Refusal, Result, Row, Transaction } from '#lib/db/types.ts'
import type { AttemptKey } from '#lib/ledger/core/attempts.ts'
import type { Actor } from '#lib/ledger/core/context.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { type Accepted, fencedOperation } from '#lib/ledger/core/fenced.ts'
import { done, type Request, refused } from '#lib/ledger/core/operation.ts'
import { toSession } from '#lib/ledger/core/record-rows.ts'
import type { LinkSession } from '#lib/task/commands.ts'
import type { Session } from '#lib/task/schema.ts'

/**
 * Names the agent session that an attempt runs in. One session has one holder; one that was invalidated stays so, since
 * an agent that goes on from a conversation cut off by a death acts on what it only believes to have done.
 */
export const linkSession = fencedOperation<LinkSession, Session>('linkSession', 'named a session', link)

export interface SessionRow extends Row {
  id: string
  task_id: string
  attempt: number
  status: Session['status']
}

export interface NewLink extends AttemptKey {
  readonly actor: Actor
  readonly sessionId: string
  readonly provider: string | null
}

const readSessions = statement(
  'readSessions',
  (d) => `SELECT s.* FROM ${d.rows('session_id text')} JOIN sessions AS s ON s.id = c.session_id`,
)

export function* readSessionRows(ids: readonly string[]): Plan<Map<string, SessionRow>> {
  const rows = yield* run(
    readSessions,
    ids.map((session_id) => ({ session_id })),
  )
  // The columns are the table's.
  return new Map((rows as unknown as SessionRow[]).map((row) => [row.id, row]))
}

/** Null when the session is new, free, or already this attempt's. */
export function sessionRefusal(session: SessionRow | undefined, writer?: AttemptKey): Refusal | null {
  if (!session || session.status === 'closed' || session.status === 'resumable') return null
  const facts = { sessionId: session.id, taskId: session.task_id, attempt: session.attempt, status: session.status }
  if (session.status === 'invalidated') {
    return refused('lease_conflict', `session ${session.id} was invalidated: begin a new one`, facts)
  }
  if (session.task_id === writer?.taskId && session.attempt === writer.attempt) return null
  return refused(
    'lease_conflict',
    `session ${session.id} is held by attempt ${session.attempt} of ${session.task_id}`,
    facts,
  )
}

const upsertSessions = statement(
  'upsertSessions',
  (d) => `INSERT INTO sessions (id, provider, task_id, attempt, worker_id, status, linked_at)
    SELECT c.session_id, c.provider, c.task_id, c.attempt, c.worker_id, 'active', c.at
    FROM ${d.rows('session_id text, provider text, task_id text, attempt integer, worker_id text, at bigint')} WHERE true
    ON CONFLICT (id) DO UPDATE SET provider = EXCLUDED.provider, task_id = EXCLUDED.task_id, attempt = EXCLUDED.attempt,
      worker_id = EXCLUDED.worker_id, status = 'active', linked_at = EXCLUDED.linked_at, ended_at = NULL, reason = NULL
      WHERE sessions.status IN ('closed','resumable')
        OR (sessions.status = 'active' AND sessions.task_id = EXCLUDED.task_id AND sessions.attempt = EXCLUDED.attempt)
    RETURNING *`,
)

const nameSessions = statement(
  'nameSessions',
  (d) => `UPDATE task_attempts AS a SET session_id = c.session_id
    FROM ${d.rows('task_id text, attempt integer, worker_id text, session_id text')}
    WHERE a.task_id = c.task_id AND a.attempt = c.attempt AND a.worker_id = c.worker_id AND a.finished_at IS NULL`,
)

// An agent that begins anew in the middle of its attempt leaves a conversation that nobody goes on with.
const closeFormer = statement(
  'closeFormerSessions',
  (
    d,
  ) => `UPDATE sessions SET status = 'closed', ended_at = c.at, reason = 'its attempt went on in session ' || c.session_id
    FROM ${d.rows('task_id text, attempt integer, session_id text, at bigint')}
    WHERE sessions.task_id = c.task_id AND sessions.attempt = c.attempt AND sessions.status = 'active'
      AND sessions.id <> c.session_id`,
)

/** Writes links that were judged before; answers the session of each task that got the one it asked for. */
export function* linkSessions({ now }: Transaction, links: readonly NewLink[]): Plan<Map<string, Session>> {
  const rows = yield* run(
    upsertSessions,
    links.map(({ sessionId, provider, taskId, attempt, workerId }) => ({
      session_id: sessionId,
      provider,
      task_id: taskId,
      attempt,
      worker_id: workerId,
      at: now,
    })),
  )
  const sessions = new Map(rows.map((row) => [row.task_id as string, toSession(row)]))
  // Where two of a round name one session, the row is of the task that has it.
  const linked = links.filter(({ sessionId, taskId }) => sessions.get(taskId)?.id === sessionId)
  yield* run(
    nameSessions,
    linked.map(({ sessionId, taskId, attempt, workerId }) => ({
      task_id: taskId,
      attempt,
      worker_id: workerId,
      session_id: sessionId,
    })),
  )
  yield* appendEvents(
    { now },
    linked.map(({ actor, sessionId, taskId, attempt, workerId }) => ({
      type: 'task.session_linked',
      actor,
      taskId,
      attempt,
      workerId,
      data: { sessionId },
    })),
  )
  return sessions
}

function* link(
  transaction: Transaction,
  accepted: readonly Accepted<LinkSession>[],
): Plan<Map<Request<LinkSession>, Result<Session>>> {
  const known = yield* readSessionRows(accepted.map(({ request }) => request.command.sessionId))
  const refusals = new Map(
    accepted.map(({ request }) => [request, sessionRefusal(known.get(request.command.sessionId), request.command)]),
  )
  // A lost answer is asked for again; linked once is linked.
  const again = (sessionId: string) => {
    const row = known.get(sessionId)
    return row?.status === 'active' ? toSession(row) : undefined
  }
  const linkable = accepted.filter(({ request }) => !refusals.get(request) && !again(request.command.sessionId))
  const sessions = yield* linkSessions(
    transaction,
    linkable.map(({ request: { context, command } }) => ({
      ...command,
      actor: context.actor,
      provider: command.provider ?? null,
    })),
  )
  yield* run(
    closeFormer,
    [...sessions.values()].map(({ id, taskId, attempt }) => ({
      task_id: taskId,
      attempt,
      session_id: id,
      at: transaction.now,
    })),
  )
  return new Map(
    accepted.map(({ request }) => {
      const session = again(request.command.sessionId) ?? sessions.get(request.command.taskId)
      const taken = refused('lease_conflict', `session ${request.command.sessionId} was taken by another attempt`)
      return [request, refusals.get(request) ?? (session ? done(session) : taken)]
    }),
  )
}
