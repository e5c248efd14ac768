/** What recovery would do, found out by doing it in a transaction that is rolled back: no second set of rules. */
import { v7 } from 'uuid'
import { run } from '#lib/db/statement.ts'
import type { Plan, Transaction } from '#lib/db/types.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { operation } from '#lib/ledger/core/operation.ts'
import { instant } from '#lib/ledger/core/rows.ts'
import type { RecoveryRun } from '#lib/task/schema.ts'
import type { Burial } from './bury.ts'
import { carry } from './carry-out.ts'
import { lapse } from './lapse.ts'
import { BATCH, interruptApart, type Recovered, readOrphans, toOrphan } from './orphans.ts'
import { type Buried, buryByWeather } from './storm.ts'
import { tickNow } from './tick.ts'

interface Outcome extends Recovered {
  readonly buried: Buried
  readonly reassigned: number
}

/** Leaves the transaction by the way of errors, which is what rolls it back. */
class RolledBack extends Error {
  readonly outcome: Outcome

  constructor(outcome: Outcome) {
    super('a dry run changes nothing')
    this.outcome = outcome
  }
}

interface Rehearsal {
  readonly dead: readonly Burial[]
  readonly sweepMs: number
}

const rehearse = operation<Rehearsal, never>(
  'dryRun',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const { context, command } = request
    // After an outage of ours the leases are extended first, here as in a real pass; who is not late then is not buried.
    yield* tickNow(transaction, { context, command: { sweepMs: command.sweepMs } })
    const buried = yield* buryByWeather(transaction, context, command.dead)
    const rehearsed = yield* interruptAll(transaction, context)
    const [lapsed] = yield* lapse(transaction, [{ context, command: null }])
    const [carried] = yield* carry(transaction, [{ context, command: null }])
    for (const part of [lapsed, carried]) if (part?.ok) rehearsed.errors.push(...part.value.errors)
    if (lapsed?.ok) rehearsed.interruptions.push(...lapsed.value.interruptions)
    throw new RolledBack({ ...rehearsed, buried, reassigned: carried?.ok ? carried.value.moved : 0 })
  },
)

/** In batches, and where one fails one by one, as the queue of commits does it for real. */
function* interruptAll(transaction: Transaction, context: Context): Plan<Recovered> {
  const rehearsed: Recovered = { interruptions: [], errors: [] }
  const stuck = new Set<string>()
  for (;;) {
    const rows = yield* run(readOrphans, [{ max: BATCH + stuck.size }])
    const orphans = rows.map(toOrphan).filter(({ taskId }) => !stuck.has(taskId))
    if (orphans.length === 0) return rehearsed
    const { interruptions, errors } = yield* interruptApart(transaction, context, orphans)
    rehearsed.interruptions.push(...interruptions)
    rehearsed.errors.push(...errors)
    for (const { taskId } of errors) stuck.add(taskId)
  }
}

export async function dryRun(
  context: Context,
  trigger: RecoveryRun['trigger'],
  startedAt: number,
  rehearsal: Rehearsal,
): Promise<RecoveryRun> {
  const thrown: unknown = await rehearse(context, rehearsal).catch((error: unknown) => error)
  if (!(thrown instanceof RolledBack)) throw thrown
  const { interruptions, errors, buried, reassigned } = thrown.outcome
  const quarantined = interruptions.filter(({ status }) => status === 'quarantined').length
  return {
    id: v7(),
    trigger,
    dryRun: true,
    startedAt: instant(startedAt),
    finishedAt: instant(await context.db.now()),
    workersDead: buried.workerIds.length,
    waiting: buried.waiting,
    interrupted: interruptions.length - quarantined,
    quarantined,
    suspects: interruptions.filter(({ suspect }) => suspect).length,
    reassigned,
    errors: errors.slice(0, 500),
    hints: interruptions.slice(0, 500).map(({ taskId, hint }) => ({ taskId, text: hint })),
  }
}
