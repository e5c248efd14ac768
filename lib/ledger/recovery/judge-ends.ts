/**
 * Judges the ends of workers: which had one cause, what each costs the tasks, and which incident it belongs to. An end is
 * judged once, under the lock that all instances share, before the first of its tasks is interrupted. When it turns
 * out later that it was a part of a mass event, it moves to the incident of that, and `refund.ts` gives back the cost.
 */
import { v7 } from 'uuid'
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Transaction } from '#lib/db/types.ts'
import type { Actor } from '#lib/ledger/core/context.ts'
import { appendEvents, type NewEvent } from '#lib/ledger/core/events.ts'
import { changeIncidents, type IncidentRow, lockIncidentRows } from '#lib/ledger/incident/rows.ts'
import { titleOf } from '#lib/ledger/incident/title.ts'
import { type CommonEnd, type End, judgeEnds } from '#lib/task/ends.ts'
import { WHOLE_PPM } from '#lib/task/recovery.ts'
import { brakeWords } from './brake-words.ts'
import { type Judgement, readEnds, readJudgements } from './read-ends.ts'
import { lockRecoveryState } from './storm.ts'

export const DEATHS: readonly string[] = ['proven', 'suspected', 'declared', 'replaced']
const ENDS: readonly string[] = [...DEATHS, 'shutdown']

/** The judgement of each worker that ended; one that lives on, but lost an attempt, has none. */
export function* judgeEndsOf(
  transaction: Transaction,
  actor: Actor,
  interrupted: readonly { readonly workerId: string; readonly cause: string }[],
): Plan<Map<string, Judgement>> {
  const ids = new Set(interrupted.flatMap(({ workerId, cause }) => (ENDS.includes(cause) ? [workerId] : [])))
  const known = yield* readJudgements([...ids])
  if (known.size === ids.size) return known
  yield* lockRecoveryState()
  const judged = yield* readJudgements([...ids])
  const asked = [...ids].filter((id) => !judged.has(id))
  if (asked.length === 0) return judged
  yield* judge(transaction, actor, asked)
  return yield* readJudgements([...ids])
}

/** Judges ends anew of which more is known by now. */
export function* judgeAgain(transaction: Transaction, actor: Actor, asked: readonly string[]): Plan<void> {
  if (asked.length === 0) return
  yield* lockRecoveryState()
  yield* judge(transaction, actor, asked)
}

function* judge(transaction: Transaction, actor: Actor, asked: readonly string[]): Plan<void> {
  const ends = yield* readEnds(transaction, asked)
  const events: NewEvent[] = []
  for (const common of judgeEnds(asked, ends)) events.push(...(yield* writeEnd(transaction, actor, common, ends)))
  yield* appendEvents(transaction, events)
}

const openIncidents = statement(
  'openIncidents',
  (d) => `INSERT INTO incidents (id, cause, title, worker_id, host, boot_id, opened_at)
    SELECT c.id, c.cause, c.title, c.worker_id, c.host, c.boot_id, c.at
    FROM ${d.rows(`id text, cause text, title text, worker_id text, host text, boot_id text, at bigint`)}
    WHERE true ON CONFLICT (worker_id) DO NOTHING`,
)

// The first to judge an end decides what it costs; only the incident may change afterwards.
const writeEnds = statement(
  'writeEnds',
  (d) => `INSERT INTO incident_workers (worker_id, incident_id, held, blame_ppm, wave, follows, ended_at)
    SELECT c.worker_id, c.incident_id, c.held, c.blame_ppm, c.wave, c.follows, c.ended_at
    FROM ${d.rows(`worker_id text, incident_id text, held integer, blame_ppm integer, wave integer, follows text,
      ended_at bigint`)}
    WHERE true ON CONFLICT (worker_id) DO UPDATE SET incident_id = EXCLUDED.incident_id`,
)

const moveEnds = statement(
  'moveEnds',
  (d) => `UPDATE incident_workers AS k SET incident_id = c.target FROM ${d.rows('source text, target text')}
    WHERE k.incident_id = c.source`,
)

const countEnds = statement(
  'countEnds',
  (d) => `SELECT COUNT(*) AS workers, MIN(w.host) AS host, COUNT(DISTINCT w.host) AS hosts FROM ${d.rows('id text')}
    JOIN incident_workers AS k ON k.incident_id = c.id JOIN workers AS w ON w.id = k.worker_id`,
)

/** Writes one common end down: its incident is opened, or grows. */
function* writeEnd(transaction: Transaction, actor: Actor, common: CommonEnd, ends: readonly End[]): Plan<NewEvent[]> {
  const named = new Set(common.workerIds)
  const members = ends.filter(({ workerId }) => named.has(workerId))
  const [first] = members
  if (!first) return []
  const incidentId = common.joins ?? v7()
  if (common.joins === null) yield* open(transaction, incidentId, common, first)
  yield* run(
    writeEnds,
    members.map((end) => ({
      worker_id: end.workerId,
      incident_id: incidentId,
      held: end.held,
      blame_ppm: common.cause === 'worker_death' ? Math.floor(WHOLE_PPM / Math.max(1, end.held)) : 0,
      wave: end.wave,
      follows: end.follows,
      ended_at: end.endedAt,
    })),
  )
  yield* run(
    moveEnds,
    common.merges.map((source) => ({ source, target: incidentId })),
  )
  const rows = yield* lockIncidentRows([incidentId, ...common.merges])
  const row = rows.get(incidentId)
  return row
    ? yield* grow(transaction, actor, { common, row, rows, workerIds: members.map((end) => end.workerId) })
    : []
}

function* open({ now }: Transaction, id: string, { cause, workerIds }: CommonEnd, end: End): Plan<void> {
  const alone = cause === 'worker_death' || cause === 'worker_shutdown'
  const worker = alone ? (workerIds[0] ?? null) : null
  const input = { id, cause, title: cause, worker_id: worker, host: end.host, boot_id: end.bootId, at: now }
  yield* run(openIncidents, [input])
}

interface Growth {
  readonly common: CommonEnd
  readonly row: IncidentRow
  readonly rows: ReadonlyMap<string, IncidentRow>
  readonly workerIds: readonly string[]
}

/** The incident after the workers joined it: named anew, opened again, braked, with what was a part of it closed. */
function* grow({ now }: Transaction, actor: Actor, { common, row, rows, workerIds }: Growth): Plan<NewEvent[]> {
  const { joins, again, merges, cause } = common
  const [counted] = yield* run(countEnds, [{ id: row.id }])
  const title = yield* titleOf(cause, workerIds, Number(counted?.workers), counted)
  const waves = row.waves + (again ? 1 : 0)
  const braked = again && row.braked_at === null
  const brake = `${brakeWords(row.id)}: what it interrupted died again in wave ${waves}`
  const merged = merges.flatMap((id) => rows.get(id) ?? [])
  yield* changeIncidents([
    {
      row,
      set: {
        ...(joins === null || row.cause !== 'host_reboot' ? { cause } : {}),
        title,
        worker_id: cause === 'mass_event' || cause === 'host_reboot' ? null : row.worker_id,
        host: Number(counted?.hosts) === 1 ? (counted?.host as string) : null,
        waves,
        ...(braked ? { braked_at: now, brake_reason: brake } : {}),
        ...(row.resolved_at === null ? {} : { resolved_at: null, resolved_by: null, resolution: null }),
      },
    },
  ])
  const resolution = `it was a part of incident ${row.id}`
  yield* changeIncidents(
    merged.map((part) => ({
      row: part,
      set: { merged_into: row.id, resolved_at: now, resolved_by: actor.name, resolution, worker_id: null },
    })),
  )
  const about = { actor, incidentId: row.id }
  const data = { workers: workerIds.length, workerIds: workerIds.slice(0, 100), wave: waves }
  return [
    { ...about, type: joins === null ? 'incident.opened' : 'incident.joined', reason: title, data },
    ...(row.resolved_at === null ? [] : [{ ...about, type: 'incident.reopened' as const, reason: title }]),
    ...(braked ? [{ ...about, type: 'incident.braked' as const, reason: brake, data: { wave: waves } }] : []),
    ...merged.map(({ id }) => ({
      ...about,
      type: 'incident.merged' as const,
      reason: `incident ${id} was a part of it`,
      data: { incidentId: id },
    })),
  ]
}
