/**
 * Keeps the output of an attempt under its cap: the oldest chunks go, and the oldest that is left of their stream says
 * which went and how much they were. The newest chunk of a stream always stays, so that there is one to say it.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Row } from '#lib/db/types.ts'
import { json } from '#lib/ledger/core/rows.ts'

export interface Trim {
  readonly taskId: string
  readonly attempt: number
  readonly bytesMax: number
  /** An attempt that is over counts its bytes no more: its rows are gone through each time. */
  readonly isLate: boolean
}

/** Down to this much of the cap, so that the rows are gone through once an eighth of it and not at each chunk. */
const KEPT = 7 / 8

const readFull = statement(
  'readFullOutputs',
  (d) => `SELECT a.task_id, a.attempt, c.bytes_max FROM ${d.rows('task_id text, attempt integer, bytes_max bigint')}
    JOIN task_attempts AS a ON a.task_id = c.task_id AND a.attempt = c.attempt AND a.output_bytes > c.bytes_max`,
)

const readOldest = statement(
  'readOldestOutput',
  (
    d,
  ) => `SELECT o.id, o.task_id, o.attempt, o.stream, o.sequence, o.bytes, o.dropped, o.is_last, o.newer > o.keep AS goes
    FROM (SELECT p.id, p.task_id, p.attempt, p.stream, p.sequence, octet_length(p.data) AS bytes, p.dropped, c.keep,
        p.sequence = MAX(p.sequence) OVER (PARTITION BY p.task_id, p.attempt, p.stream) AS is_last,
        SUM(octet_length(p.data)) OVER (PARTITION BY p.task_id, p.attempt ORDER BY p.id DESC) AS newer
      FROM ${d.rows('task_id text, attempt integer, keep bigint')}
      JOIN task_output AS p ON p.task_id = c.task_id AND p.attempt = c.attempt) AS o
    ORDER BY o.task_id, o.attempt, o.stream, o.sequence`,
)

const deleteOutput = statement(
  'deleteOutput',
  (d) => `DELETE FROM task_output WHERE id IN (SELECT c.id FROM ${d.rows('id bigint')})`,
)

const markDropped = statement(
  'markDropped',
  (d) => `UPDATE task_output AS o SET dropped = c.dropped FROM ${d.rows('id bigint, dropped json')} WHERE o.id = c.id`,
)

const lowerBytes = statement(
  'lowerOutputBytes',
  (d) => `UPDATE task_attempts AS a SET output_bytes = a.output_bytes - c.bytes
    FROM ${d.rows('task_id text, attempt integer, bytes bigint')}
    WHERE a.task_id = c.task_id AND a.attempt = c.attempt AND a.finished_at IS NULL`,
)

export function* trimOutput(trims: readonly Trim[]): Plan<void> {
  const counted = yield* run(
    readFull,
    trims
      .filter(({ isLate }) => !isLate)
      .map(({ taskId, attempt, bytesMax }) => ({ task_id: taskId, attempt, bytes_max: bytesMax })),
  )
  const late = trims.filter(({ isLate }) => isLate)
  const rows = yield* run(readOldest, [
    ...counted.map(({ task_id, attempt, bytes_max }) => ({ task_id, attempt, keep: keptOf(Number(bytes_max)) })),
    ...late.map(({ taskId, attempt, bytesMax }) => ({ task_id: taskId, attempt, keep: bytesMax })),
  ])
  const { gone, marks, freed } = cut(rows)
  yield* run(
    deleteOutput,
    gone.map((id) => ({ id })),
  )
  yield* run(markDropped, marks)
  yield* run(lowerBytes, freed)
}

function keptOf(bytesMax: number): number {
  return Math.floor(bytesMax * KEPT)
}

/** Which rows of each stream go, and what the first that stays has to say. Rows come by stream, in their order. */
function cut(rows: readonly Row[]) {
  const gone: number[] = []
  const marks: { id: unknown; dropped: { from: number; to: number; bytes: number } }[] = []
  const freed = new Map<string, { task_id: unknown; attempt: unknown; bytes: number }>()
  let droppedBytes = 0
  for (const row of rows) {
    const own = json(row.dropped) as { bytes: number } | null
    droppedBytes += own?.bytes ?? 0
    if (row.goes && !row.is_last) {
      gone.push(Number(row.id))
      droppedBytes += Number(row.bytes)
      const key = `${row.task_id}/${row.attempt}`
      const sum = freed.get(key) ?? { task_id: row.task_id, attempt: row.attempt, bytes: 0 }
      freed.set(key, { ...sum, bytes: sum.bytes + Number(row.bytes) })
      continue
    }
    // Everything before the first that stays is gone, by this cut or an earlier one; the rest keeps its own gaps.
    if (droppedBytes > (own?.bytes ?? 0)) {
      marks.push({ id: row.id, dropped: { from: 1, to: Number(row.sequence) - 1, bytes: droppedBytes } })
    }
    droppedBytes = 0
  }
  return { gone, marks, freed: [...freed.values()] }
}
