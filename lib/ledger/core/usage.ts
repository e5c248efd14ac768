/** Cost, tokens and turns: null until somebody reports them, and never summed as 0. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan } from '#lib/db/types.ts'
import type { TaskChange, TaskRow } from './rows.ts'

export type Usage = Pick<TaskChange, 'cost_usd' | 'tokens_in' | 'tokens_out' | 'turns'>

interface Reported {
  readonly costUsd?: number | undefined
  readonly tokensIn?: number | undefined
  readonly tokensOut?: number | undefined
  readonly turns?: number | undefined
}

const sumEarlierAttempts = statement(
  'sumEarlierAttempts',
  (d) => `SELECT c.task_id, SUM(a.cost_usd) AS cost_usd, SUM(a.tokens_in) AS tokens_in,
      SUM(a.tokens_out) AS tokens_out, SUM(a.turns) AS turns
    FROM ${d.rows('task_id text, attempt integer, except_attempt integer')}
    JOIN task_attempts AS a ON a.task_id = c.task_id AND a.attempt < c.attempt AND a.attempt <> c.except_attempt
    GROUP BY c.task_id`,
)

/** What attempts before the current one reported, for tasks that had any; but for one of each task, if need be. */
export function* readEarlierUsage(
  rows: readonly TaskRow[],
  except: ReadonlyMap<string, number> = new Map(),
): Plan<Map<string, Usage>> {
  const sums = yield* run(
    sumEarlierAttempts,
    rows
      .filter(({ attempt }) => attempt > 1)
      .map(({ id, attempt }) => ({ task_id: id, attempt, except_attempt: except.get(id) ?? 0 })),
  )
  return new Map(
    sums.map((row) => [
      row.task_id as string,
      {
        cost_usd: numberOrNull(row.cost_usd),
        tokens_in: numberOrNull(row.tokens_in),
        tokens_out: numberOrNull(row.tokens_out),
        turns: numberOrNull(row.turns),
      },
    ]),
  )
}

/** The task's totals once its current attempt has reported these; what was not reported stays as it was. */
export function totalUsage(row: TaskRow, earlier: Usage | undefined, reported: Reported): Usage {
  return {
    cost_usd: total(row.cost_usd, earlier?.cost_usd, reported.costUsd),
    tokens_in: total(row.tokens_in, earlier?.tokens_in, reported.tokensIn),
    tokens_out: total(row.tokens_out, earlier?.tokens_out, reported.tokensOut),
    turns: total(row.turns, earlier?.turns, reported.turns),
  }
}

function total(known: number | null, earlier: number | null | undefined, reported: number | undefined): number | null {
  return reported === undefined ? known : (earlier ?? 0) + reported
}

// PostgreSQL's sums of bigint are numeric, which arrives as text.
function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value)
}
