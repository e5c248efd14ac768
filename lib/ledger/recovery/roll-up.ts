/**
 * Counts the history into spans of time, each event exactly once: the counts and the place up to which they count change
 * in one transaction, and only events that are settled are counted. Whichever instance comes first does it.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Dialect, Row } from '#lib/db/types.ts'
import { done, operation } from '#lib/ledger/core/operation.ts'
import { KEPT_SPANS, THROUGHPUT_OUTCOMES } from '#lib/task/throughput.ts'

/** Events a transaction: more would keep writers waiting. */
const PAGE = 5000

const COLUMNS = 'transaction_id bigint, event_id bigint, to_transaction bigint, to_event bigint'
const CREATED = `e.type IN ('task.created','task.imported')`
const ENDED = THROUGHPUT_OUTCOMES.filter((outcome) => outcome !== 'created')
const CHANGED = `e.to_status IN (${ENDED.map((outcome) => `'${outcome}'`).join(',')}) AND e.to_status <> COALESCE(e.from_status, '')`

/** Constants to the planner, where a joined column is none: both begin at the cursor and not at the beginning. */
function after(d: Dialect): string {
  return d.eventsAfter(d.scalar(0, 'bigint'), d.scalar(1, 'bigint'))
}

/** SQLite has no index on both, and needs none: its events have one order. */
function upTo(d: Dialect): string {
  const [transaction, event] = [d.scalar(2, 'bigint'), d.scalar(3, 'bigint')]
  return d.name === 'sqlite' ? `id <= ${event}` : `(transaction_id, id) <= (${transaction}, ${event})`
}

const startCursor = statement(
  'startRollup',
  (d) => `INSERT INTO rollup_cursor (id, transaction_id, event_id) SELECT c.id, 0, 0 FROM ${d.rows('id integer')}
    WHERE true ON CONFLICT (id) DO NOTHING`,
)
const lockCursor = statement(
  'lockRollup',
  (d) =>
    `SELECT t.transaction_id, t.event_id FROM ${d.rows('id integer')} JOIN rollup_cursor AS t ON t.id = c.id ${d.lock}`,
)
const readEnd = statement(
  'readRollupEnd',
  (d) => `SELECT e.transaction_id, e.id FROM ${d.rows(COLUMNS)} JOIN
    (SELECT transaction_id, id FROM task_events WHERE ${after(d)} ORDER BY ${d.eventOrder} LIMIT ${PAGE}) AS e ON true
    ORDER BY e.transaction_id DESC, e.id DESC LIMIT 1`,
)
const countEvents = statement(
  'countRollup',
  (d) => `SELECT e.minute, e.outcome, COUNT(*) AS count FROM ${d.rows(COLUMNS)} JOIN
    (SELECT e.at / 60000 * 60000 AS minute, CASE WHEN ${CREATED} THEN 'created' ELSE e.to_status END AS outcome
      FROM (SELECT * FROM task_events WHERE ${after(d)} AND ${upTo(d)}) AS e WHERE ${CREATED} OR ${CHANGED}) AS e ON true
    GROUP BY e.minute, e.outcome`,
)
const addCounts = statement(
  'addRollup',
  (d) => `INSERT INTO rollups (span_ms, bucket, outcome, count)
    SELECT c.span_ms, c.bucket, c.outcome, c.count
    FROM ${d.rows('span_ms bigint, bucket bigint, outcome text, count bigint')} WHERE true
    ON CONFLICT (span_ms, bucket, outcome) DO UPDATE SET count = rollups.count + excluded.count`,
)
const moveCursor = statement(
  'moveRollup',
  (d) => `UPDATE rollup_cursor AS t SET transaction_id = c.to_transaction, event_id = c.to_event FROM ${d.rows(COLUMNS)}
    WHERE t.id = 1 AND t.transaction_id = c.transaction_id AND t.event_id = c.event_id RETURNING id`,
)
const dropOld = statement(
  'dropOldRollups',
  (d) => `DELETE FROM rollups WHERE (span_ms, bucket, outcome) IN (
    SELECT r.span_ms, r.bucket, r.outcome FROM ${d.rows('span_ms bigint, before bigint')}
    JOIN rollups AS r ON r.span_ms = c.span_ms AND r.bucket < c.before LIMIT ${PAGE})`,
)

/** Counts one page of the history; answers whether there may be more. */
export const rollUp = operation<null, boolean>(
  'rollUp',
  () => '',
  function* ({ now }) {
    yield* run(startCursor, [{ id: 1 }])
    const [cursor] = yield* run(lockCursor, [{ id: 1 }])
    if (!cursor) throw new Error('the place up to which the history is counted is gone')
    const { transaction_id, event_id } = cursor
    const [end] = yield* run(readEnd, [{ transaction_id, event_id }])
    if (!end) return [done(false)]
    const move = { transaction_id, event_id, to_transaction: end.transaction_id, to_event: end.id }
    const counts = yield* run(countEvents, [move])
    yield* run(addCounts, inSpans(counts))
    const moved = yield* run(moveCursor, [move])
    if (moved.length === 0) throw new Error('the history was counted by somebody else meanwhile')
    yield* run(
      dropOld,
      KEPT_SPANS.map(({ spanMs, forMs }) => ({ span_ms: spanMs, before: now - forMs })),
    )
    return [done(Number(end.id) - Number(event_id) >= PAGE)]
  },
)

/** A row a span and outcome: one statement must not meet the same row twice. */
function inSpans(counts: readonly Row[]) {
  const sums = new Map<string, { span_ms: number; bucket: number; outcome: string; count: number }>()
  for (const { spanMs } of KEPT_SPANS) {
    for (const { minute, outcome, count } of counts) {
      const bucket = Number(minute) - (Number(minute) % spanMs)
      const key = `${spanMs} ${bucket} ${outcome}`
      const sum = sums.get(key) ?? { span_ms: spanMs, bucket, outcome: String(outcome), count: 0 }
      sums.set(key, { ...sum, count: sum.count + Number(count) })
    }
  }
  return [...sums.values()]
}
