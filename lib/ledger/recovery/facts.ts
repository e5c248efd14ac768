/** What strategies may know beside the row of a task: its newest checkpoint, its session, the steps that undo it. */
import { run, statement } from '#lib/db/statement.ts'
import type { Dialect, Plan } from '#lib/db/types.ts'
import type { TaskRow } from '#lib/ledger/core/rows.ts'
import { STREAMS, type Stream } from '#lib/task/schema.ts'
import type { RecoveryFacts } from '#lib/task/strategy.ts'

/** What is read of a task; the rest of `RecoveryFacts` is told by whoever ends the attempt. */
export interface KnownFacts {
  readonly checkpoint: RecoveryFacts['checkpoint']
  readonly sessionId: string | null
  readonly compensations: readonly string[]
  /** How many messages of output the attempt sent. */
  readonly messages: number
}

export const NO_FACTS: KnownFacts = { checkpoint: null, sessionId: null, compensations: [], messages: 0 }

/** The newest that can be read, whichever attempt saved it. */
const newestCheckpoint = (d: Dialect, column: 'attempt' | 'turn') =>
  `(SELECT p.${column} FROM checkpoints AS p WHERE p.task_id = c.task_id AND ${d.isObject('p.state')}
    ORDER BY p.attempt DESC, p.turn DESC LIMIT 1) AS checkpoint_${column}`

/** Messages are numbered per stream, so the highest is how many there were. */
const highestMessage = (stream: Stream) =>
  `(SELECT MAX(o.sequence) FROM task_output AS o
    WHERE o.task_id = c.task_id AND o.attempt = c.attempt AND o.stream = '${stream}') AS ${stream}_messages`

const session = `sessions AS s
        WHERE s.task_id = c.task_id AND (s.status = 'resumable' OR (s.status = 'active' AND s.attempt = c.attempt))`

/** Of those of which there is anything to read, which are few: a thousand rows that tell nothing cost as much as others. */
const readRecoveryFacts = statement(
  'readRecoveryFacts',
  (d) => `SELECT c.task_id, (SELECT s.id FROM ${session} ORDER BY s.status, s.linked_at DESC LIMIT 1) AS session_id,
      ${newestCheckpoint(d, 'attempt')}, ${newestCheckpoint(d, 'turn')},
      ${STREAMS.map(highestMessage).join(', ')}
    FROM ${d.rows('task_id text, attempt integer')}
    WHERE EXISTS (SELECT 1 FROM ${session}) OR EXISTS (SELECT 1 FROM checkpoints AS p WHERE p.task_id = c.task_id)
      OR EXISTS (SELECT 1 FROM task_output AS o WHERE o.task_id = c.task_id AND o.attempt = c.attempt)`,
)

const readKinds = statement(
  'readCompensationKinds',
  (d) => `SELECT k.task_id, k.kind FROM ${d.rows('task_id text')} JOIN compensations AS k ON k.task_id = c.task_id
    ORDER BY k.task_id, k.position`,
)

/** What there is to know of them; of the others, `NO_FACTS`. */
export function* readFacts(rows: readonly TaskRow[]): Plan<Map<string, KnownFacts>> {
  const facts = yield* run(
    readRecoveryFacts,
    rows.map(({ id, attempt }) => ({ task_id: id, attempt })),
  )
  const kinds = yield* run(
    readKinds,
    rows.map(({ id }) => ({ task_id: id })),
  )
  const known = new Map<string, KnownFacts>()
  for (const row of facts) {
    const { checkpoint_attempt: attempt, checkpoint_turn: turn } = row
    known.set(row.task_id as string, {
      checkpoint: turn === null ? null : { attempt: attempt as number, turn: turn as number },
      sessionId: row.session_id as string | null,
      compensations: [],
      messages: Number(row.stdout_messages ?? 0) + Number(row.stderr_messages ?? 0),
    })
  }
  for (const { task_id, kind } of kinds) {
    const facts = known.get(task_id as string) ?? NO_FACTS
    known.set(task_id as string, { ...facts, compensations: [...facts.compensations, kind as string] })
  }
  return known
}
