/** Reads of workers, sessions and recovery runs, newest first, through Prisma's typed models. */

import type { Context } from '#lib/ledger/core/context.ts'
import { decodeCursor, encodeCursor, pageOf } from '#lib/ledger/core/cursor.ts'
import { instant, instantOrNull } from '#lib/ledger/core/rows.ts'
import type { ListPage } from '#lib/task/commands.ts'
import { TaskError } from '#lib/task/errors.ts'
import { LIMITS, type RecoveryRun, type Session, type Worker } from '#lib/task/schema.ts'

type Records = Context['db']['records']
type Found<Model extends 'worker' | 'session' | 'recoveryRun'> = NonNullable<
  Awaited<ReturnType<Records[Model]['findFirst']>>
>

/** What a page asks for: one row further than its limit, from its cursor on, by an instant and then the id. */
function ask(list: string, query: ListPage, column: string) {
  const limit = query.limit ?? LIMITS.pageDefault
  const orderBy = [{ [column]: 'desc' as const }, { id: 'desc' as const }]
  const [at, id = ''] = query.cursor === undefined ? [] : decodeCursor(list, query.cursor, ['number', 'string'])
  const before = { OR: [{ [column]: { lt: BigInt(at ?? 0) } }, { [column]: BigInt(at ?? 0), id: { lt: String(id) } }] }
  return { limit, find: { take: limit + 1, orderBy, where: { AND: at === undefined ? [] : [before] } } }
}

export async function listWorkers(
  { db }: Context,
  query: ListPage,
): Promise<{ workers: Worker[]; nextCursor: string | null }> {
  const { limit, find } = ask('workers', query, 'registeredAt')
  const rows = await db.records.worker.findMany(find)
  const { rows: page, nextCursor } = pageOf(rows, limit, (row) =>
    encodeCursor('workers', [Number(row.registeredAt), row.id]),
  )
  const held = await countHeld(
    db.records,
    page.map(({ id }) => id),
  )
  return { workers: page.map((row) => toWorker(row, held.get(row.id) ?? 0)), nextCursor }
}

export async function getWorker({ db }: Context, { workerId }: { workerId: string }): Promise<{ worker: Worker }> {
  const row = await db.records.worker.findUnique({ where: { id: workerId } })
  if (!row) throw new TaskError('not_found', `no worker has the id ${workerId}`, { workerId })
  const held = await countHeld(db.records, [workerId])
  return { worker: toWorker(row, held.get(workerId) ?? 0) }
}

async function countHeld(records: Records, ids: string[]): Promise<Map<string, number>> {
  const groups = await records.task.groupBy({
    by: ['workerId'],
    where: { workerId: { in: ids }, status: { in: ['running', 'waiting'] } },
    _count: { _all: true },
  })
  return new Map(groups.map((group) => [group.workerId ?? '', group._count._all]))
}

/** The token that registered a worker, whose holder alone may speak for it; null when there is no such worker. */
export async function ownerOf(
  { db }: Pick<Context, 'db'>,
  workerId: string,
): Promise<{ tokenId: string | null; name: string } | null> {
  return db.records.worker.findUnique({ where: { id: workerId }, select: { tokenId: true, name: true } })
}

/** Whether a worker of this token has ever had an attempt of the task. */
export async function hasWorkedOn({ db }: Pick<Context, 'db'>, tokenId: string, taskId: string): Promise<boolean> {
  const attempts = await db.records.attempt.findMany({
    where: { taskId },
    select: { workerId: true },
    take: LIMITS.page,
  })
  const ids = attempts.map(({ workerId }) => workerId)
  return (await db.records.worker.count({ where: { id: { in: ids }, tokenId } })) > 0
}

export async function listSessions(
  { db }: Context,
  query: ListPage,
): Promise<{ sessions: Session[]; nextCursor: string | null }> {
  const { limit, find } = ask('sessions', query, 'linkedAt')
  const rows = await db.records.session.findMany(find)
  const { rows: page, nextCursor } = pageOf(rows, limit, (row) =>
    encodeCursor('sessions', [Number(row.linkedAt), row.id]),
  )
  return { sessions: page.map(toSession), nextCursor }
}

export async function listRecoveryRuns(
  { db }: Context,
  query: ListPage,
): Promise<{ recoveryRuns: RecoveryRun[]; nextCursor: string | null }> {
  const { limit, find } = ask('recovery runs', query, 'startedAt')
  const rows = await db.records.recoveryRun.findMany(find)
  const cursorOf = (row: (typeof rows)[number]) => encodeCursor('recovery runs', [Number(row.startedAt), row.id])
  const { rows: page, nextCursor } = pageOf(rows, limit, cursorOf)
  return { recoveryRuns: page.map(toRecoveryRun), nextCursor }
}

export async function getRecoveryRun(
  { db }: Context,
  { recoveryRunId }: { recoveryRunId: string },
): Promise<{ recoveryRun: RecoveryRun }> {
  const row = await db.records.recoveryRun.findUnique({ where: { id: recoveryRunId } })
  if (!row) throw new TaskError('not_found', `no recovery run has the id ${recoveryRunId}`, { recoveryRunId })
  return { recoveryRun: toRecoveryRun(row) }
}

/** CHECKs of the tables guarantee the words that the casts below state. */
function toWorker(row: Found<'worker'>, held: number): Worker {
  return {
    id: row.id,
    name: row.name,
    host: row.host,
    pid: row.pid,
    version: row.version,
    skills: row.skills as string[],
    labels: row.labels as Worker['labels'],
    slots: row.slots,
    held,
    state: row.state as Worker['state'],
    deathKind: row.deathKind as Worker['deathKind'],
    reason: row.reason,
    leaseMs: row.leaseMs,
    leaseExpiresAt: instant(row.leaseExpiresAt),
    lastHeartbeatAt: instant(row.lastHeartbeatAt),
    registeredAt: instant(row.registeredAt),
    endedAt: instantOrNull(row.endedAt),
  }
}

function toSession(row: Found<'session'>): Session {
  return {
    ...row,
    status: row.status as Session['status'],
    linkedAt: instant(row.linkedAt),
    endedAt: instantOrNull(row.endedAt),
  }
}

function toRecoveryRun(row: Found<'recoveryRun'>): RecoveryRun {
  return {
    ...row,
    trigger: row.trigger as RecoveryRun['trigger'],
    startedAt: instant(row.startedAt),
    finishedAt: instant(row.finishedAt),
    errors: row.errors as RecoveryRun['errors'],
    hints: row.hints as RecoveryRun['hints'],
  }
}
