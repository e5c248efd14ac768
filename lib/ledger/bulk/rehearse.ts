/** What a bulk act would do, found out by doing it in transactions that are rolled back. */

import type { Context } from '#lib/ledger/core/context.ts'
import { operation } from '#lib/ledger/core/operation.ts'
import { instant } from '#lib/ledger/core/rows.ts'
import type { ErrorCode } from '#lib/task/errors.ts'
import { TaskError } from '#lib/task/errors.ts'
import type { RunOperation } from '#lib/task/operation-commands.ts'
import type { BulkOperation, LeftAlone } from '#lib/task/schema.ts'
import { actOnItems, type Item, type Outcome } from './act.ts'
import { BULK_BATCH } from './batch.ts'
import { countOutward } from './create.ts'

/** A rehearsal costs what the act costs; of more tasks than this the act itself tells, and can be stopped. */
const REHEARSED_MAX = 10_000

/** Leaves the transaction by the way of errors, which is what rolls it back. */
class RolledBack extends Error {
  readonly outcomes: readonly Outcome[]

  constructor(outcomes: readonly Outcome[]) {
    super('a dry run changes nothing')
    this.outcomes = outcomes
  }
}

interface Rehearsal {
  readonly command: RunOperation
  readonly items: readonly Item[]
}

const rehearseBatch = operation<Rehearsal, never>(
  'rehearseBatch',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const { command, items } = request.command
    throw new RolledBack(yield* actOnItems(transaction, request.context, command, items))
  },
)

export async function rehearse(
  context: Context,
  id: string,
  command: RunOperation,
  items: readonly Item[],
): Promise<BulkOperation> {
  if (items.length > REHEARSED_MAX) {
    const detail = `dryRun: ${items.length} tasks are more than the ${REHEARSED_MAX} that can be rehearsed; narrow it`
    throw new TaskError('validation', detail, { total: items.length })
  }
  const createdAt = instant(await context.db.now())
  const outcomes: Outcome[] = []
  for (let from = 0; from < items.length; from += BULK_BATCH) {
    const batch = { command, items: items.slice(from, from + BULK_BATCH) }
    const outcome: unknown = await rehearseBatch(context, batch).catch((error: unknown) => error)
    if (!(outcome instanceof RolledBack)) throw outcome
    outcomes.push(...outcome.outcomes)
  }
  const { kind, name } = context.actor
  const count = (wanted: Outcome['result']) => outcomes.filter(({ result }) => result === wanted).length
  return {
    id,
    action: command.action,
    reason: command.reason,
    actor: { kind, name },
    filter: command.filter ?? null,
    workerId: command.workerId ?? null,
    holdMs: command.holdMs ?? null,
    retryOf: null,
    dryRun: true,
    status: 'done',
    sideEffects: countOutward(items),
    total: items.length,
    changed: count('changed'),
    skipped: count('skipped'),
    failed: count('failed'),
    createdAt,
    startsAt: createdAt,
    startedAt: createdAt,
    finishedAt: instant(await context.db.now()),
    abortedBy: null,
    leftAlone: groupByKind(outcomes),
  }
}

function groupByKind(outcomes: readonly Outcome[]): LeftAlone[] {
  const groups = new Map<string, LeftAlone>()
  for (const { taskId, result, code, detail } of outcomes) {
    if (result === 'changed') continue
    const key = `${result} ${code}`
    const group = groups.get(key)
    // A code of an outcome is a TaskError's, or `internal`.
    const first = { result, code: code as ErrorCode, count: 0, example: { taskId, detail: detail ?? '' } }
    groups.set(key, { ...(group ?? first), count: (group?.count ?? 0) + 1 })
  }
  return [...groups.values()].sort((left, right) => right.count - left.count)
}
