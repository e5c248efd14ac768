/** What is told of an attempt that did not succeed: ids, counts and times, and never what anybody wrote or said. */
import type { TaskRow } from '#lib/ledger/core/rows.ts'

export interface Snapshot {
  readonly taskId: string
  readonly attempt: number
  readonly workerId: string
  readonly agent: string | null
  readonly status: string
  readonly turns: number | null
  readonly costUsd: number | null
  /** How many messages of output it sent. */
  readonly messages: number
  readonly startedAt: number | null
  readonly endedAt: number
}

export function snapshotOf(
  row: TaskRow,
  end: { readonly workerId: string; readonly status: string; readonly messages: number; readonly endedAt: number },
): Snapshot {
  return {
    taskId: row.id,
    attempt: row.attempt,
    workerId: end.workerId,
    agent: row.agent,
    status: end.status,
    turns: row.turns,
    costUsd: row.cost_usd,
    messages: end.messages,
    startedAt: row.started_at,
    endedAt: end.endedAt,
  }
}
